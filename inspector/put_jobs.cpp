#include <penstock/inspector/put_jobs.hpp>

#include <istream>
#include <ostream>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/messages/json_value.hpp>
#include <penstock/runtime/text_table.hpp>

namespace penstock {

namespace {

// Of a transaction. A write to the disk costs as much as thousands of jobs, and others wait for its end.
constexpr std::size_t most_jobs = 1'000;
constexpr std::size_t most_bytes = 16 << 20;

/// The items from `first` on that go together.
std::vector<stored_item> next_group(const std::vector<std::string>& items, std::size_t first) {
  std::vector<stored_item> group;
  std::size_t bytes = 0;
  for (auto i = first; i < items.size() && group.size() < most_jobs; ++i) {
    bytes += items[i].size();
    if (!group.empty() && bytes > most_bytes) break;
    stored_item item;
    item.json = items[i];
    group.push_back(std::move(item));
  }
  return group;
}

}  // namespace

std::vector<std::string> read_lines(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) lines.push_back(std::move(line));
  }
  return lines;
}

void check_items(const std::vector<std::string>& items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      check_json(items[i]);
    } catch (const codec_error& problem) {
      throw codec_error{"item " + std::to_string(i + 1) + ", '" + cut_to_width(items[i], 80) +
                        "': " + problem.what() + "; no job was put"};
    }
  }
}

void put_jobs(job_ledger& queue, const std::vector<std::string>& items, std::chrono::nanoseconds delay,
              std::ostream& out) {
  std::size_t in = 0;
  const auto so_far = [&] {
    return std::to_string(in) + " of " + std::to_string(items.size()) + " jobs are in the queue";
  };
  while (in < items.size()) {
    std::vector<std::int64_t> numbers;
    try {
      numbers = queue.put_all(next_group(items, in), delay);
    } catch (const error& problem) {
      throw error{std::string{problem.what()} + "; " + so_far() + ", those whose numbers were printed"};
    }
    in += numbers.size();
    for (const auto number : numbers) out << number << '\n';
    if (!out.flush()) throw error{"can't write the numbers of the jobs; " + so_far()};
  }
}

}  // namespace penstock
