#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

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

/// Reads what this process writes to stderr. When the first stage holds back it makes room on the disk.
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

/// Every job of a graph becomes a dead letter of 4 KB, on a disk that is full for a while.
int write_letters_to(const std::string& folder) {
  if (!mount_small_disk(folder)) return no_right;
  const std::string ballast = folder + "/ballast";
  fill_up(ballast, 150'000);
  ps::runtime_options options;
  options.dead_letters = folder + "/letters.sqlite";
  job_graph jobs_of;
  jobs_of.jobs(jobs)
      .stage("long", [](int job) { return std::to_string(job) + std::string(4'000, '.'); })
      .sink(
          "work", [](const std::string&) { throw broken_item{"no"}; }, ps::on_error(ps::dead_letter()));
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

}  // namespace

TEST_CASE("a disk that is full for a while loses no dead letter and no job", "[engine][letters]") {
  std::string folder = (std::filesystem::temp_directory_path() / "penstock-disk-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  child_process child{[&](int) { return write_letters_to(folder); }};
  const int code = child.ended_with();
  std::filesystem::remove_all(folder);
  INFO(child.messages());
  if (code == no_right) {
    WARN("a small disk can't be mounted here, so a full one was not tried");
    return;
  }
  CHECK(code == 0);
}
