#include "harness.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace bench {

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

std::string in_words(const figure& line) {
  const std::string limit = number(line.to_reach.limit);
  switch (line.to_reach.kind) {
    case bar::rule::ratio_at_most:
      return "ratio <= " + limit;
    case bar::rule::ratio_at_least:
      return "ratio >= " + limit;
    case bar::rule::beyond_at_most:
      return "+ <= " + limit + " " + line.unit;
    case bar::rule::none:
      break;
  }
  return "-";
}

std::string verdict(const figure& line) {
  if (line.to_reach.kind == bar::rule::none) return "";
  return line.reached() ? "ok" : "MISSED";
}

void print_row(std::ostream& out, const std::vector<std::string>& cells) {
  static constexpr int widths[] = {14, 32, 12, 18, 34, 12, 9, 22, 6};
  std::size_t column = 0;
  for (const std::string& cell : cells) {
    const bool right = column == 2 || column == 5 || column == 6;
    out << (right ? std::right : std::left) << std::setw(widths[column]) << cell << ' ';
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

double figure::ratio() const { return peer_value == 0 ? 0 : value / peer_value; }

bool figure::reached() const {
  switch (to_reach.kind) {
    case bar::rule::ratio_at_most:
      return ratio() <= to_reach.limit;
    case bar::rule::ratio_at_least:
      return ratio() >= to_reach.limit;
    case bar::rule::beyond_at_most:
      return value - peer_value <= to_reach.limit;
    case bar::rule::none:
      break;
  }
  return true;
}

std::vector<double> alternate(unsigned runs, const std::vector<measurement>& all) {
  std::vector<std::vector<double>> values(all.size());
  for (unsigned run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < all.size(); ++i) values[i].push_back(all[i]());
  }
  std::vector<double> medians;
  for (std::vector<double>& each : values) medians.push_back(median(std::move(each)));
  return medians;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

void print_heading(std::ostream& out) {
  print_row(out, {"case", "metric", "ours", "unit", "peer", "peer's", "ratio", "to reach", ""});
}

void print_figure(std::ostream& out, const figure& line) {
  print_row(out, {line.name, line.metric, number(line.value), line.unit, line.peer, number(line.peer_value),
                  number(line.ratio(), 3), in_words(line), verdict(line)});
}

void write_json(const std::string& file, const std::vector<figure>& figures) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);
  std::ofstream out(file);
  out << "[";
  const char* separator = "\n";
  for (const figure& line : figures) {
    out << separator << "  {\"case\": " << quoted(line.name) << ", \"metric\": " << quoted(line.metric)
        << ", \"value\": " << number(line.value, 9) << ", \"unit\": " << quoted(line.unit)
        << ", \"peer\": " << quoted(line.peer) << ", \"peer_value\": " << number(line.peer_value, 9)
        << ", \"ratio\": " << number(line.ratio(), 9) << "}";
    separator = ",\n";
  }
  out << "\n]\n";
  out.flush();
  require(out.good(), "can't write " + file);
}

}  // namespace bench
