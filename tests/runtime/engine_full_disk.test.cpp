#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/child_process.hpp>

#include "job_queue.hpp"

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

constexpr int jobs = 30;
constexpr int no_right = 77;

/// Reads what this process writes to stderr. When the first stage or source holds back it makes room on the
/// disk.
class room_maker {
 public:
  explicit room_maker(std::string ballast) : ballast_{std::move(ballast)} {
    said_ = ::dup(STDERR_FILENO);
    ::dup2(pipe_.writer(), STDERR_FILENO);
    pipe_.close_writer();
    reader_ = std::thread{[this] { read_on(); }};
  }
  room_maker(const room_maker&) = delete;
  room_maker& operator=(const room_maker&) = delete;
  ~room_maker() { finish(); }

  /// What was written.
  const std::string& finish() {
    if (reader_.joinable()) {
      ::dup2(said_, STDERR_FILENO);
      reader_.join();
      ::close(said_);
    }
    return text_;
  }

 private:
  void read_on() {
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(pipe_.reader(), buffer, sizeof buffer)) > 0;) {
      text_.append(buffer, static_cast<std::size_t>(size));
      if (mentions(text_, "takes on nothing new")) ::unlink(ballast_.c_str());
    }
  }

  std::string ballast_;
  pipe_ends pipe_;
  int said_ = -1;
  std::string text_;
  std::thread reader_;
};

/// True if this process has a file system of 1 MB of its own at `folder` now.
bool mount_small_disk(const std::string& folder) {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
}

/// Writes until there is room for only so many bytes.
void fill_up(const std::string& file, std::uintmax_t bytes_left) {
  const auto size = std::filesystem::space(std::filesystem::path{file}.parent_path()).available - bytes_left;
  std::ofstream{file} << std::string(size, 'x');
}

/// Who gives up the jobs.
enum class place { body, operator_of_stage, operator_of_source };

void give_up_all(job_graph& of, place where) {
  const auto lengthen = [](int job) { return std::to_string(job) + std::string(4'000, '.'); };
  const auto refuse = [](const std::string& text) -> std::string { throw broken_item{text}; };
  const auto end = [](const std::string&) {};
  const auto to_letter = ps::on_error(ps::dead_letter());
  switch (where) {
    case place::body:
      of.jobs(jobs).stage("long", lengthen).stage("work", refuse, to_letter).sink("end", end);
      return;
    case place::operator_of_stage:
      of.jobs(jobs).stage("long", lengthen, ps::workers(2)).map("work", refuse, to_letter).sink("end", end);
      return;
    case place::operator_of_source:
      of.jobs(jobs).map(lengthen).map("work", refuse, to_letter).sink("end", end);
      return;
  }
}

/// Every job of a graph becomes a dead letter of 4 KB, on a disk that is full for a while. Those of operators
/// on stages and sources hold the number that went in.
int write_letters_to(const std::string& folder, place where) {
  if (!mount_small_disk(folder)) return no_right;
  const std::string ballast = folder + "/ballast";
  fill_up(ballast, 150'000);
  ps::runtime_options options;
  options.dead_letters = folder + "/letters.sqlite";
  job_graph jobs_of;
  give_up_all(jobs_of, where);
  room_maker maker{ballast};
  run_to_end(jobs_of.g, options);
  const std::string said = maker.finish();
  if (!mentions(said, "takes on nothing new until there is room for a dead letter") ||
      !mentions(said, "there is room for dead letters again")) {
    return 2;
  }
  if (jobs_of.told->acked.sorted() != numbers(jobs) || jobs_of.told->nacked.size() != 0) return 3;
  std::set<std::string> items;
  for (const auto& letter : ps::dead_letter_store{options.dead_letters}.list()) items.insert(letter.json);
  return items.size() == jobs ? 0 : 4;
}

/// Letters are replayed on a disk that has no room for all the marks for a while.
int mark_letters_in(const std::string& folder) {
  if (!mount_small_disk(folder)) return no_right;
  const std::string ballast = folder + "/ballast";
  ps::runtime_options options;
  options.dead_letters = folder + "/letters.sqlite";
  constexpr int letters = 60;
  job_graph ill;
  ill.jobs(letters).sink(
      "work", [](int) { throw broken_item{"no"}; }, ps::on_error(ps::dead_letter()));
  run_to_end(ill.g, options);
  fill_up(ballast, 100'000);

  options.replay = options.dead_letters;
  collected<int> seen;
  job_graph well;
  well.jobs(letters).sink(
      "work", [&seen](int job) { seen.push(job); }, ps::on_error(ps::dead_letter()));
  room_maker maker{ballast};
  run_to_end(well.g, options);
  const std::string said = maker.finish();
  if (!mentions(said, "takes on nothing new until there is room to mark letters as replayed") ||
      !mentions(said, "there is room again")) {
    return 2;
  }
  if (seen.sorted() != numbers(letters)) return 3;
  const auto all = ps::dead_letter_store{options.dead_letters}.list();
  const bool marked =
      std::all_of(all.begin(), all.end(), [](const auto& each) { return each.replayed_ns > 0; });
  return marked && all.size() == letters ? 0 : 4;
}

/// What a process makes of a small disk of its own.
template <class F>
void check_on_small_disk(F work) {
  std::string folder = (std::filesystem::temp_directory_path() / "penstock-disk-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  child_process child{[&](int) { return work(folder); }};
  const int code = child.ended_with();
  std::filesystem::remove_all(folder);
  INFO(child.messages());
  if (code == no_right) {
    WARN("a small disk can't be mounted here, so a full one was not tried");
    return;
  }
  CHECK(code == 0);
}

}  // namespace

TEST_CASE("a disk that is full for a while loses no dead letter and no job", "[engine][letters]") {
  const auto where = GENERATE(place::body, place::operator_of_stage, place::operator_of_source);
  CAPTURE(static_cast<int>(where));
  check_on_small_disk([where](const std::string& folder) { return write_letters_to(folder, where); });
}

TEST_CASE("letters are replayed once and marked, though the disk is full for a while", "[engine][letters]") {
  check_on_small_disk(&mark_letters_in);
}
