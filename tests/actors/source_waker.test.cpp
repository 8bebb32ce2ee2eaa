#include <penstock/actors/source_waker.hpp>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

TEST_CASE("wakes before the source asks again are one", "[actors][source_waker]") {
  const auto waker = ps::make_ref<ps::source_waker>();
  int told = 0;
  waker->listen([&] { ++told; });
  waker->wake();
  waker->wake();
  CHECK(told == 1);
  waker->asking();
  waker->wake();
  CHECK(told == 2);
}

TEST_CASE("a wake that nobody listens to does nothing", "[actors][source_waker]") {
  const auto waker = ps::make_ref<ps::source_waker>();
  waker->wake();
  int told = 0;
  waker->listen([&] { ++told; });
  waker->listen({});
  waker->wake();
  CHECK(told == 0);
}
