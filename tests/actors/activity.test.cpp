#include <penstock/actors/activity.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

TEST_CASE("the world is quiet when nothing is counted") {
  const auto counted = ps::make_ref<ps::activity>();
  CHECK(counted->quiet());
  counted->begin();
  CHECK_FALSE(counted->quiet());
  counted->end();
  CHECK(counted->quiet());
}

TEST_CASE("the callback comes whenever the last activity ends, and only then") {
  const auto counted = ps::make_ref<ps::activity>();
  int calls = 0;
  counted->when_quiet([&] { ++calls; });
  counted->begin();
  counted->begin();
  counted->end();
  CHECK(calls == 0);
  counted->end();
  CHECK(calls == 1);
  counted->begin();
  counted->end();
  CHECK(calls == 2);
}

TEST_CASE("activities that hand over on many threads are quiet once, at the very end") {
  const auto counted = ps::make_ref<ps::activity>();
  std::atomic<int> calls{0};
  counted->when_quiet([&] { ++calls; });
  constexpr int hands = 4;
  for (int i = 0; i < hands; ++i) counted->begin();
  std::vector<std::thread> threads;
  for (int i = 0; i < hands; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        counted->begin();
        counted->end();
      }
      counted->end();
    });
  }
  for (auto& each : threads) each.join();
  CHECK(calls == 1);
}
