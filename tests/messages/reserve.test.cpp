#include <penstock/messages/reserve.hpp>

#include <deque>
#include <limits>
#include <memory>
#include <vector>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

/// More than there is memory, and less than the reserve would take it for.
constexpr std::size_t far_too_much = std::numeric_limits<std::size_t>::max() / 4;

struct kept : ps::from_reserve {
  int number = 7;
};

}  // namespace

TEST_CASE("blocks that there is memory for do not touch the reserve") {
  void* block = ps::reserve::take(100'000);
  CHECK(ps::reserve::in_use() == 0);
  ps::reserve::give_back(block);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they end the program instead
TEST_CASE("what neither memory nor reserve has is refused") {
  CHECK_THROWS_AS(ps::reserve::take(far_too_much), std::bad_alloc);
  CHECK(ps::reserve::in_use() == 0);
}
#endif

TEST_CASE("containers and objects of the reserve behave as others do") {
  std::deque<int, ps::reserve_allocator<int>> numbers;
  for (int i = 0; i < 10'000; ++i) numbers.push_back(i);
  CHECK(numbers.back() == 9'999);
  CHECK(std::make_unique<kept>()->number == 7);
  std::vector<kept, ps::reserve_allocator<kept>> many(100);
  CHECK(many.back().number == 7);
}
