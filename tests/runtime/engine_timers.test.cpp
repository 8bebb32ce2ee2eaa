// What a run leaves behind.

#include <malloc.h>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

TEST_CASE("a run that has ended keeps nothing until its limits would have been due", "[engine]") {
  ps::runtime_options options;
  options.inactivity = 1h;
  ps::runtime rt{options};
  const auto run_one = [&] {
    ps::graph g{"short"};
    g.source("numbers", std::vector<int>{1, 2, 3}).sink("end", [](int) {});
    rt.start(g).wait();
  };
  for (int i = 0; i < 100; ++i) run_one();
  const auto before = ::mallinfo2().uordblks;
  for (int i = 0; i < 1000; ++i) run_one();
  const auto after = ::mallinfo2().uordblks;
  CHECK(after < before + 200'000);
}
