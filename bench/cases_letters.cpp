#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>
#include <penstock/runtime/dead_letter_store.hpp>

#include "harness.hpp"

namespace bench {

namespace {

namespace ps = penstock;

/// Letters a second of a stage on whose items all bodies fail, into a file of the disk that this program
/// stands on.
double write_letters(int items) {
  const auto file =
      std::filesystem::current_path() / ("penstock-bench-letters-" + std::to_string(::getpid()));
  const auto remove = [&] {
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + part);
  };
  remove();
  ps::graph g{"letters"};
  g.source("numbers",
           [items, next = 0]() mutable -> std::optional<int> {
             if (next == items) return std::nullopt;
             return next++;
           })
      .sink(
          "refuse", [](int) { throw std::runtime_error{"no"}; }, ps::on_error(ps::dead_letter()));
  ps::runtime_options options;
  options.dead_letters = file.string();
  ps::runtime rt{options};
  const auto start = steady::now();
  rt.start(g).wait();
  const double seconds = seconds_since(start);
  const bool whole = ps::dead_letter_store{file}.count() == static_cast<std::size_t>(items);
  remove();
  require(whole, "letters are missing in the file");
  return items / seconds;
}

std::vector<figure> dead_letters(const settings& wanted) {
  const int items = wanted.quick ? 2'000 : 100'000;
  const auto medians = alternate(wanted.runs, {[=] { return write_letters(items); }});
  return {{"dead_letters",
           "letters to a file on disk",
           medians[0],
           "letters/s",
           "limit",
           20'000,
           {bar::rule::ratio_at_least, 1.0}}};
}

}  // namespace

std::vector<bench_case> letter_cases() { return {{"dead_letters", dead_letters}}; }

}  // namespace bench
