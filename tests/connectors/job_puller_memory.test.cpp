// A puller in a program that has run out of memory. This file replaces operator new of the whole test
// program.

#include <penstock/connectors/job_puller.hpp>

#include <penstock_test/catch.hpp>

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "pulled_queue.hpp"

namespace {

constexpr auto any_number = std::numeric_limits<std::size_t>::max();
/// How many more blocks this thread gets.
thread_local std::size_t blocks_left = any_number;

struct few_blocks {
  explicit few_blocks(std::size_t number) { blocks_left = number; }
  ~few_blocks() { blocks_left = any_number; }
  few_blocks(const few_blocks&) = delete;
  few_blocks& operator=(const few_blocks&) = delete;
};

}  // namespace

// Not inlined: seen in one place, the compiler takes free for the wrong end of new.
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (blocks_left == 0) return nullptr;
  if (blocks_left != any_number) --blocks_left;
  return std::malloc(size == 0 ? 1 : size);
}
__attribute__((noinline)) void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc{};
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace penstock_test;

TEST_CASE("a verdict keeps its place without memory, and is told when there is some") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 20;
  std::vector<ps::job_receipt> out;
  for (int i = 0; i < 20; ++i) out.push_back(puller.next().job->receipt);
  const std::string reason = "a reason that is longer than what a text has room for without memory";
  queue.there.away = true;
  puller.ack(out[0]);
  int failed = 0;
  for (std::size_t i = 1; i < out.size(); ++i) {
    const few_blocks none{0};
    try {
      puller.nack(out[i], reason);
    } catch (const std::bad_alloc&) {
      ++failed;
    }
  }
  CHECK(failed == 0);
  CHECK(puller.untold().acked == 1);
  CHECK(puller.untold().nacked == 19);
  queue.there.away = false;
  puller.finish();
  REQUIRE(queue.there.told.size() == 20);
  CHECK(queue.there.told.front() == "ack 20");
  CHECK(queue.there.told.back() == "nack 1 ");
}

TEST_CASE("a job that there is no room for is not taken") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 2;
  puller.ack(puller.next().job->receipt);  // the store is open, and the room is used
  puller.flush();
  std::optional<ps::taken_job> job;
  for (std::size_t blocks = 0; !job; ++blocks) {
    REQUIRE(blocks < 100);
    bool failed = false;
    try {
      const few_blocks few{blocks};
      job = puller.next().job;
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    CHECK(failed == (queue.there.jobs == 1));
  }
  puller.ack(job->receipt);
  puller.finish();
  CHECK(queue.there.told == told{"ack 2", "ack 1"});
}

TEST_CASE("a group for whose verdicts there is no room is not taken") {
  pulled_queue queue;
  auto puller = queue.make();
  puller.next();  // the store is open
  queue.there.jobs = 12;
  std::optional<ps::taken_job> job;
  for (std::size_t blocks = 0; !job; ++blocks) {
    REQUIRE(blocks < 1000);
    bool failed = false;
    try {
      const few_blocks few{blocks};
      job = puller.next(12).job;
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    CHECK(failed == (queue.there.jobs == 12));
  }
  std::vector<ps::job_receipt> out{job->receipt};
  while (puller.kept() > 0) out.push_back(puller.next(12).job->receipt);
  REQUIRE(out.size() == 12);
  {
    const few_blocks none{0};
    for (const auto& each : out) puller.ack(each);
  }
  CHECK(puller.untold().acked == 12);
  puller.finish();
  CHECK(queue.there.told.size() == 12);
}
