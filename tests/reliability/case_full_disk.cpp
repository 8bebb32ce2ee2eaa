#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "jobs.hpp"
#include "own_disk.hpp"

namespace reliability {

namespace ps = penstock;

namespace {

constexpr std::uint32_t jobs_in_all = 300;

/// Writes until there is room for only so many bytes.
void fill_up(const std::filesystem::path& file, std::uintmax_t bytes_left) {
  const auto size = std::filesystem::space(file.parent_path()).available - bytes_left;
  std::ofstream{file} << std::string(size, 'x');
}

/// Jobs that are done when they are good, and dead letters, as the acknowledgement has to find them, if not.
class watched_source : public book_source {
 public:
  watched_source(std::shared_ptr<job_book> book, std::string letters)
      : book_source{book}, book_{std::move(book)}, letters_{std::move(letters)} {}

  void ack(const std::uint32_t& job) {
    if (is_bad(job) && has_letter(job)) book_->done(job);
    book_source::ack(job);
  }

  static bool is_bad(std::uint32_t job) { return job % 10 == 3; }

 private:
  bool has_letter(std::uint32_t job) const {
    const auto all = ps::dead_letter_store{letters_}.list();
    return std::any_of(all.begin(), all.end(), [&](const auto& each) {
      return each.json == std::to_string(job) || each.json.starts_with("\"" + std::to_string(job) + " ");
    });
  }

  std::shared_ptr<job_book> book_;
  std::string letters_;
};

}  // namespace

/// `FOLDER PLACE`: every tenth job becomes a dead letter there, on a small disk that is nearly full. `PLACE`:
/// stage, or an operator that is fused to the stage or to the source.
int full_disk_child(const std::vector<std::string>& words) {
  const std::string& folder = words.at(0);
  const std::string& place = words.at(1);
  if (!mount_small_disk(folder, "1m")) return no_right;
  fill_up(folder + "/ballast", 200'000);
  const std::string letters = folder + "/letters.sqlite";
  const auto book = std::make_shared<job_book>(jobs_in_all);
  const auto refuse_bad = [](const std::string& text) {
    if (watched_source::is_bad(static_cast<std::uint32_t>(std::stoul(text)))) throw std::runtime_error{"bad"};
    return text;
  };
  const auto lengthen = [](const std::uint32_t& job) {
    return std::to_string(job) + std::string(8'000, ' ');
  };
  const auto end = [book](const std::string& text) {
    book->done(static_cast<std::uint32_t>(std::stoul(text)));
  };
  const auto to_letter = ps::on_error(ps::dead_letter());
  ps::graph g{"full disk"};
  auto jobs = g.source("jobs", watched_source{book, letters});
  if (place == "stage") {
    jobs.stage("long", lengthen)
        .stage("work", refuse_bad, ps::workers(2), ps::per_core, to_letter)
        .sink("end", end);
  } else if (place == "operator") {
    jobs.stage("long", lengthen, ps::workers(2), ps::per_core).map(refuse_bad, to_letter).sink("end", end);
  } else {
    jobs.map(lengthen).map(refuse_bad, to_letter).sink("end", end);
  }
  ps::runtime_options options;
  options.dead_letters = letters;
  ps::runtime rt{options};
  const int code = rt.run(g);
  std::cout << "lost=" << book->without_effect() + book->without_verdict() + book->refused()
            << " wrong=" << book->acked_early() + book->judged_twice() + book->done_twice()
            << " letters=" << ps::dead_letter_store{letters}.count() << std::endl;
  return code;
}

namespace {

struct disk_figures {
  bool possible = true;
  bool went_on = false;  ///< after it had said that it holds back
  double lost = 0;
  double wrong = 0;
  double letters = 0;
};

disk_figures fill_disk_of(const std::string& place, std::ostream& explain) {
  const penstock_test::scratch_folder folder;
  child program = child::of_ours({"full-disk", folder.path().string(), place});
  const bool held = program.await("takes on nothing new until there is room for a dead letter", 30);
  // Its disk is mounted for it alone.
  if (held) {
    std::filesystem::remove("/proc/" + std::to_string(program.id()) + "/root" +
                            (folder / "ballast").string());
  }
  const auto code = program.end(60);
  const std::string& told = program.output();
  disk_figures found;
  found.possible = code != no_right;
  found.went_on = held && code == 0 && told.find("there is room for dead letters again") != std::string::npos;
  found.lost = value_of(told, "lost");
  found.wrong = value_of(told, "wrong");
  found.letters = value_of(told, "letters");
  if (found.possible && !found.went_on)
    explain << "  full_disk, " << place << ": no good end; " << told << '\n';
  return found;
}

}  // namespace

/// No room for dead letters, and room again once a stage or source has said that it holds back.
reliability_case full_disk_case() {
  return {"full_disk", [](const settings&, std::ostream& explain) -> std::vector<finding> {
            disk_figures all;
            double bad = 0;
            for (const char* place : {"stage", "operator", "source"}) {
              const disk_figures one = fill_disk_of(place, explain);
              if (!one.possible) {
                explain << "  full_disk: no small disk can be mounted here, so it was not tried\n";
                return {shown("tried", 0, "runs")};
              }
              if (!one.went_on) ++bad;
              all.lost += one.lost;
              all.wrong += one.wrong;
              all.letters += one.letters;
            }
            return {exactly("did not hold back and go on", bad, 0, "runs"),
                    exactly("lost", all.lost, 0, "jobs"),
                    exactly("acked early, judged or done twice", all.wrong, 0, "jobs"),
                    exactly("dead letters", all.letters, 3 * jobs_in_all / 10, "jobs")};
          }};
}

}  // namespace reliability
