#include <sched.h>
#include <sys/mount.h>
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

namespace reliability {

namespace ps = penstock;

namespace {

constexpr std::uint32_t jobs_in_all = 300;
constexpr int no_right = 77;

/// True if this process has a file system of a megabyte of its own at `folder` now.
bool mount_small_disk(const std::string& folder) {
  const bool own = ::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
  return own && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
}

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
      return each.json.starts_with("\"" + std::to_string(job) + " ");
    });
  }

  std::shared_ptr<job_book> book_;
  std::string letters_;
};

}  // namespace

/// `FOLDER`: every tenth job becomes a dead letter of 8 KB there, on a small disk that is nearly full.
int full_disk_child(const std::vector<std::string>& words) {
  const std::string& folder = words.at(0);
  if (!mount_small_disk(folder)) return no_right;
  fill_up(folder + "/ballast", 200'000);
  const std::string letters = folder + "/letters.sqlite";
  const auto book = std::make_shared<job_book>(jobs_in_all);
  ps::graph g{"full disk"};
  g.source("jobs", watched_source{book, letters})
      .stage("long", [](const std::uint32_t& job) { return std::to_string(job) + std::string(8'000, ' '); })
      .sink(
          "work",
          [book](const std::string& text) {
            const auto job = static_cast<std::uint32_t>(std::stoul(text));
            if (watched_source::is_bad(job)) throw std::runtime_error{"bad"};
            book->done(job);
          },
          ps::workers(2), ps::per_core, ps::on_error(ps::dead_letter()));
  ps::runtime_options options;
  options.dead_letters = letters;
  ps::runtime rt{options};
  const int code = rt.run(g);
  std::cout << "lost=" << book->without_effect() + book->without_verdict() + book->refused()
            << " wrong=" << book->acked_early() + book->judged_twice() + book->done_twice()
            << " letters=" << ps::dead_letter_store{letters}.count() << std::endl;
  return code;
}

/// No room for dead letters, and room again once the stage has said that it holds back.
reliability_case full_disk_case() {
  return {"full_disk", [](const settings&, std::ostream& explain) -> std::vector<finding> {
            const penstock_test::scratch_folder folder;
            child program = child::of_ours({"full-disk", folder.path().string()});
            const bool held = program.await("takes on nothing new until there is room for a dead letter", 30);
            // Its disk is mounted for it alone.
            if (held) {
              std::filesystem::remove("/proc/" + std::to_string(program.id()) + "/root" +
                                      (folder / "ballast").string());
            }
            const auto code = program.end(60);
            if (code == no_right) {
              explain << "  full_disk: no small disk can be mounted here, so it was not tried\n";
              return {shown("tried", 0, "runs")};
            }
            const std::string& told = program.output();
            const bool good =
                code == 0 && told.find("there is room for dead letters again") != std::string::npos;
            if (!held || !good) explain << "  full_disk: no good end; " << told << '\n';
            return {exactly("held back, and went on", held && good ? 1 : 0, 1, "runs"),
                    exactly("lost", value_of(told, "lost"), 0, "jobs"),
                    exactly("acked early, judged or done twice", value_of(told, "wrong"), 0, "jobs"),
                    exactly("dead letters", value_of(told, "letters"), jobs_in_all / 10, "jobs")};
          }};
}

}  // namespace reliability
