#include <penstock/runtime/process_watch.hpp>

#include <penstock_test/catch.hpp>

#include <chrono>
#include <csignal>
#include <future>
#include <vector>

#include <spawn.h>
#include <unistd.h>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/role_process.hpp>

namespace ps = penstock;

namespace {

ps::role_process sleeper() {
  const char* const words[] = {"sleep", "1000", nullptr};
  pid_t pid = -1;
  REQUIRE(posix_spawnp(&pid, "sleep", nullptr, nullptr, const_cast<char**>(words), environ) == 0);
  return ps::role_process{pid};
}

bool comes(std::future<void>& told) {
  return told.wait_for(std::chrono::seconds{20}) == std::future_status::ready;
}

}  // namespace

TEST_CASE("the end of each watched process is told, by one thread for all") {
  ps::process_watch watch;
  std::vector<ps::role_process> processes;
  std::vector<std::promise<void>> ends(3);
  std::vector<std::thread::id> told_by(3);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    processes.push_back(sleeper());
    watch.add(processes[i].descriptor(), [&, i] {
      told_by[i] = std::this_thread::get_id();
      ends[i].set_value();
    });
  }
  for (const std::size_t i : {1U, 2U, 0U}) {
    processes[i].kill();
    auto told = ends[i].get_future();
    CHECK(comes(told));
  }
  CHECK(told_by == std::vector(3, told_by[0]));
  CHECK(told_by[0] != std::this_thread::get_id());
}

TEST_CASE("an end before the watch began is told too") {
  ps::process_watch watch;
  auto process = sleeper();
  process.kill();
  REQUIRE(process.ends_within(20'000));
  std::promise<void> ended;
  watch.add(process.descriptor(), [&] { ended.set_value(); });
  auto told = ended.get_future();
  CHECK(comes(told));
}

TEST_CASE("an end is not told to who has gone") {
  ps::process_watch watch;
  auto gone = sleeper();
  auto stays = sleeper();
  bool wrong = false;
  std::promise<void> ended;
  watch.remove(watch.add(gone.descriptor(), [&] { wrong = true; }));
  watch.add(stays.descriptor(), [&] { ended.set_value(); });
  gone.kill();
  REQUIRE(gone.ends_within(20'000));
  stays.kill();  // its end is told behind the other's
  auto told = ended.get_future();
  REQUIRE(comes(told));
  CHECK_FALSE(wrong);
}

TEST_CASE("what can't be watched is refused") {
  ps::process_watch watch;
  CHECK_THROWS_AS(watch.add(-1, [] {}), ps::error);
}
