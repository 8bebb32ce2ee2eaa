#include "harness.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <mutex>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace reliability {

namespace {

/// Never in powers of ten, however large.
std::string number(double value, int digits = 4) {
  std::ostringstream text;
  if (std::abs(value) >= 1e4)
    text << std::fixed << std::setprecision(0);
  else
    text << std::setprecision(digits);
  text << value;
  return text.str();
}

void print_row(std::ostream& out, const std::vector<std::string>& cells) {
  static constexpr int widths[] = {14, 46, 12, 10, 12, 6};
  std::size_t column = 0;
  for (const std::string& cell : cells) {
    out << (column == 2 ? std::right : std::left) << std::setw(widths[column]) << cell << ' ';
    ++column;
  }
  out << std::endl;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + '"';
}

}  // namespace

finding exactly(std::string metric, double value, double wanted, std::string unit) {
  return {{}, std::move(metric), value, std::move(unit), number(wanted), value == wanted};
}

finding at_most(std::string metric, double value, double limit, std::string unit) {
  return {{}, std::move(metric), value, std::move(unit), "<= " + number(limit), value <= limit};
}

finding at_least(std::string metric, double value, double limit, std::string unit) {
  return {{}, std::move(metric), value, std::move(unit), ">= " + number(limit), value >= limit};
}

finding shown(std::string metric, double value, std::string unit) {
  return {{}, std::move(metric), value, std::move(unit), "-", true};
}

void print_heading(std::ostream& out) { print_row(out, {"case", "metric", "value", "unit", "to reach", ""}); }

void print_finding(std::ostream& out, const finding& line) {
  const std::string verdict = line.to_reach == "-" ? "" : line.holds ? "ok" : "BROKEN";
  print_row(out, {line.name, line.metric, number(line.value), line.unit, line.to_reach, verdict});
}

void write_json(const std::string& file, const std::vector<finding>& findings) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);
  std::ofstream out(file);
  out << "[";
  const char* separator = "\n";
  for (const finding& line : findings) {
    out << separator << "  {\"case\": " << quoted(line.name) << ", \"metric\": " << quoted(line.metric)
        << ", \"value\": " << number(line.value, 9) << ", \"unit\": " << quoted(line.unit)
        << ", \"to_reach\": " << quoted(line.to_reach) << ", \"holds\": " << (line.holds ? "true" : "false")
        << "}";
    separator = ",\n";
  }
  out << "\n]\n";
  out.flush();
  if (!out.good()) throw std::runtime_error("can't write " + file);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void two_at_a_time(unsigned count, const std::function<void(unsigned)>& f) {
  std::atomic<unsigned> next{0};
  std::exception_ptr failed;
  std::mutex mutex;
  const auto work = [&] {
    try {
      for (unsigned i = next++; i < count; i = next++) f(i);
    } catch (...) {
      const std::lock_guard lock{mutex};
      failed = std::current_exception();
      next = count;
    }
  };
  std::thread other{work};
  work();
  other.join();
  if (failed) std::rethrow_exception(failed);
}

}  // namespace reliability
