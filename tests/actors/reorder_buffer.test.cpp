#include <penstock/actors/reorder_buffer.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include <penstock_test/catch.hpp>

using penstock::reorder_buffer;

TEST_CASE("ranges that end in any order leave in the order of their numbers") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random{seed};
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    std::uint64_t next = 0;
    for (auto count = 1 + random() % 30; count > 0; --count) {
      ranges.emplace_back(next, 1 + random() % 4);
      next += ranges.back().second;
    }
    const auto in_order = ranges;
    std::shuffle(ranges.begin(), ranges.end(), random);
    reorder_buffer<std::pair<std::uint64_t, std::uint64_t>> buffer;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> released;
    for (const auto& range : ranges) {
      buffer.add(range.first, range.second, range, [&](auto each) { released.push_back(each); });
      REQUIRE(released.size() + buffer.size() <= ranges.size());
    }
    REQUIRE(released == in_order);
    REQUIRE(buffer.empty());
  }
}

TEST_CASE("nothing waits once all before it has left") {
  reorder_buffer<int> buffer;
  std::vector<int> released;
  const auto release = [&](int each) { released.push_back(each); };
  buffer.add(2, 1, 2, release);
  CHECK(released.empty());
  CHECK(buffer.size() == 1);
  buffer.add(0, 1, 0, release);
  CHECK(released == std::vector<int>{0});
  buffer.add(1, 1, 1, release);
  CHECK(released == std::vector<int>{0, 1, 2});
}

TEST_CASE("parts of one item leave in the order in which they came") {
  reorder_buffer<int> buffer;
  std::vector<int> released;
  const auto release = [&](int each) { released.push_back(each); };
  buffer.add(1, 0, 10, release);
  buffer.add(1, 0, 11, release);
  buffer.add(1, 1, 12, release);
  buffer.add(2, 1, 20, release);
  buffer.add(0, 0, 0, release);
  CHECK(released == std::vector<int>{0});
  buffer.add(0, 1, 1, release);
  CHECK(released == std::vector<int>{0, 1, 10, 11, 12, 20});
}

TEST_CASE("a drained buffer hands out what waits, in order and with gaps") {
  reorder_buffer<std::unique_ptr<int>> buffer;
  const auto none = [](const std::unique_ptr<int>&) { FAIL("nothing is in order yet"); };
  for (const int first : {7, 3, 5})
    buffer.add(static_cast<std::uint64_t>(first), 1, std::make_unique<int>(first), none);
  std::vector<int> released;
  buffer.drain([&](std::unique_ptr<int> each) { released.push_back(*each); });
  CHECK(released == std::vector<int>{3, 5, 7});
  CHECK(buffer.empty());
}
