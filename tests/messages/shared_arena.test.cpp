#include <penstock/messages/shared_arena.hpp>

#include <penstock_test/catch.hpp>

#include <cstring>
#include <map>
#include <random>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <penstock/messages/error.hpp>

namespace ps = penstock;

TEST_CASE("blocks of an arena never overlap, and all that is given back can be had as one",
          "[messages][shared_arena]") {
  const auto& arena = ps::shared_arena::own();
  REQUIRE(arena);
  const auto before = arena->taken();
  std::mt19937 random{11};
  std::map<std::size_t, std::size_t> blocks;
  for (int i = 0; i < 2000; ++i) {
    if (blocks.size() > 20 || (random() % 3 == 0 && !blocks.empty())) {
      const auto any = std::next(blocks.begin(), static_cast<std::ptrdiff_t>(random() % blocks.size()));
      arena->give_back(any->first, any->second);
      blocks.erase(any);
      continue;
    }
    const std::size_t size = random() % 100'000 + 1;
    const auto offset = arena->take(size);
    const auto next = blocks.lower_bound(offset);
    if (next != blocks.end()) REQUIRE(offset + size <= next->first);
    if (next != blocks.begin()) REQUIRE(std::prev(next)->first + std::prev(next)->second <= offset);
    blocks.emplace(offset, size);
  }
  for (const auto& [offset, size] : blocks) arena->give_back(offset, size);
  CHECK(arena->taken() == before);
  if (before == 0) {
    const auto all = arena->take(arena->bytes());
    CHECK(all == 0);
    arena->give_back(all, arena->bytes());
  }
}

TEST_CASE("more than there is of an arena is refused", "[messages][shared_arena]") {
  const auto& arena = ps::shared_arena::own();
  CHECK_THROWS_AS(arena->take(arena->bytes() + 1), std::bad_alloc);
}

TEST_CASE("what is written into an arena is seen where it is mapped once more", "[messages][shared_arena]") {
  const auto& arena = ps::shared_arena::own();
  const auto offset = arena->take(100);
  std::strcpy(reinterpret_cast<char*>(arena->at(offset)), "hello");
  const int copy = fcntl(arena->descriptor(), F_DUPFD_CLOEXEC, 0);
  const auto again = ps::shared_arena::map(arena->number(), arena->bytes(), copy);
  CHECK(std::strcmp(reinterpret_cast<const char*>(again->at(offset)), "hello") == 0);
  arena->give_back(offset, 100);
}

TEST_CASE("memory that is smaller than its process says, or could become so, is not mapped",
          "[messages][shared_arena]") {
  const auto& arena = ps::shared_arena::own();
  const int large = fcntl(arena->descriptor(), F_DUPFD_CLOEXEC, 0);
  CHECK_THROWS_AS(ps::shared_arena::map(1, arena->bytes() + 1, large), ps::error);
  const int open_ended = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  REQUIRE(ftruncate(open_ended, 4096) == 0);
  CHECK_THROWS_AS(ps::shared_arena::map(1, 4096, open_ended), ps::error);
}
