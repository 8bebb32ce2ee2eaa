#include "summary.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>

#include <penstock/runtime/dead_letter_store.hpp>

#include "data/results.hpp"
#include "data/whole_file.hpp"
#include "report/page.hpp"

namespace inference {

namespace {

const char* plural(std::size_t count, const char* one, const char* many) { return count == 1 ? one : many; }

/// Prints why each job was given up, and returns how many were.
std::size_t print_dead_letters(const std::string& file, std::size_t before) {
  if (!std::filesystem::exists(file)) return 0;
  const std::vector<penstock::dead_letter_record> letters = penstock::dead_letter_store{file}.list();
  for (std::size_t i = before; i < letters.size(); ++i) {
    std::printf("given up in stage '%s': %s\n", letters[i].stage.c_str(), letters[i].exception_text.c_str());
  }
  return letters.size() > before ? letters.size() - before : 0;
}

}  // namespace

starting_point look_around(const options& given, const std::string& dead_letters) {
  starting_point now;
  for (const job_result& result : read_results(given.result_directory())) {
    ++now.results;
    now.images += result.predictions.size();
  }
  if (std::filesystem::exists(dead_letters)) now.letters = penstock::dead_letter_store{dead_letters}.count();
  return now;
}

int summarize(const options& given, const dataset& test, const job_origin& jobs, const starting_point& before,
              const std::string& dead_letters, const penstock::run_snapshot& run, int code) {
  const evaluation found = evaluate(read_results(given.result_directory()), test.labels);
  const std::size_t given_up = print_dead_letters(dead_letters, before.letters);
  const std::size_t waiting = jobs.waiting();
  const double seconds = std::chrono::duration<double>(run.elapsed).count();
  const double rate = seconds > 0 ? static_cast<double>(found.images - before.images) / seconds : 0.0;

  std::printf("accuracy: %.2f %% of %zu images\n", 100 * found.accuracy(), found.images);
  std::printf("%.0f images/s, %zu jobs in %.2f s\n", rate, found.job_sizes.size() - before.results, seconds);
  if (given_up != 0) {
    std::printf("%zu %s given up; %s %s\n", given_up, plural(given_up, "job was", "jobs were"),
                plural(given_up, "it lies in", "they lie in"), dead_letters.c_str());
  }
  if (found.failed != 0) {
    std::printf("%zu %s failed on the way; the results say why\n", found.failed,
                plural(found.failed, "image", "images"));
  }
  if (waiting != 0) {
    std::printf("%zu %s in %s; run again to go on\n", waiting, plural(waiting, "job waits", "jobs wait"),
                jobs.place().c_str());
  }
  std::fflush(stdout);
  write_whole_file(given.report_file(), report_page({found, run, test.images, rate, given_up}));
  std::printf("report: %s\n", given.report_file().c_str());
  return code == 0 && (given_up != 0 || found.failed != 0) ? 3 : code;
}

}  // namespace inference
