#include <penstock/connectors/disk_room.hpp>

#include <penstock_test/catch.hpp>

#include <cstdint>
#include <random>

using penstock::disk_figures;
using penstock::disk_room;
using penstock::jobs_to_come;

namespace {

constexpr std::uint64_t mib = 1 << 20;

jobs_to_come one_of(std::uint64_t size) {
  jobs_to_come jobs;
  jobs.add(size);
  return jobs;
}

disk_figures with_free(std::uint64_t free) {
  disk_figures now;
  now.free = free;
  now.pages = 100;
  now.file = 100 * now.page;
  return now;
}

}  // namespace

TEST_CASE("jobs have room if a verdict on the largest of them has some left") {
  CHECK(disk_room{with_free(100 * mib)}.has_room_for(one_of(mib), false));
  // In the log and in the file, and once more to lease it, in both.
  CHECK_FALSE(disk_room{with_free(4 * mib)}.has_room_for(one_of(mib), false));
  CHECK(disk_room{with_free(6 * mib)}.has_room_for(one_of(mib), false));
  CHECK_FALSE(disk_room{with_free(0)}.has_room_for(one_of(1), true));
}

TEST_CASE("room for a small job is kept back for the largest one that is there") {
  auto jobs = one_of(100);
  CHECK(disk_room{with_free(mib)}.has_room_for(jobs, false));
  jobs.largest = mib;
  CHECK_FALSE(disk_room{with_free(mib)}.has_room_for(jobs, false));
}

TEST_CASE("pages of the log that have no place in the file yet count as taken") {
  auto now = with_free(6 * mib);
  now.pages += 2 * mib / now.page;
  CHECK_FALSE(disk_room{now}.has_room_for(one_of(mib), false));
}

TEST_CASE("pages that hold nothing, and a log that begins anew, are room") {
  auto now = with_free(5 * mib);
  CHECK_FALSE(disk_room{now}.has_room_for(one_of(mib), true));
  now.idle_pages = 2 * mib / now.page;
  CHECK(disk_room{now}.has_room_for(one_of(mib), true));
  now.idle_pages = 0;
  now.log = 2 * mib;
  CHECK(disk_room{now}.has_room_for(one_of(mib), true));
  CHECK_FALSE(disk_room{now}.has_room_for(one_of(mib), false));
}

TEST_CASE("a disk is tight when the log might take the place that its pages need in the file") {
  CHECK_FALSE(disk_room{with_free(5 * mib)}.is_tight());
  CHECK(disk_room{with_free(3 * mib)}.is_tight());
  auto now = with_free(5 * mib);
  now.pages += 2 * mib / now.page;
  CHECK(disk_room{now}.is_tight());
}

TEST_CASE("a write may take half of what the file does not need, as it goes into the log and the file") {
  CHECK(disk_room{with_free(10 * mib)}.for_a_write() == 5 * mib);
  auto now = with_free(10 * mib);
  now.pages += 4 * mib / now.page;
  CHECK(disk_room{now}.for_a_write() == 3 * mib);
  now.free = mib;
  CHECK(disk_room{now}.for_a_write() == 0);
}

TEST_CASE("more room is never worse, and more jobs never better") {
  const auto seed = GENERATE(range(1U, 20U));
  INFO("seed " << seed);
  std::minstd_rand random{seed};
  const auto up_to = [&](std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>{0, most}(random);
  };
  for (int i = 0; i < 200; ++i) {
    disk_figures now;
    now.free = up_to(20 * mib);
    now.pages = up_to(2000);
    now.idle_pages = up_to(now.pages);
    now.file = up_to(8 * mib);
    now.log = up_to(4 * mib);
    auto jobs = one_of(up_to(3 * mib));
    const bool fits = disk_room{now}.has_room_for(jobs, false);
    auto roomier = now;
    roomier.free += up_to(mib);
    if (fits) {
      CHECK(disk_room{roomier}.has_room_for(jobs, false));
      CHECK(disk_room{now}.has_room_for(jobs, true));
    }
    CHECK(disk_room{roomier}.for_a_write() >= disk_room{now}.for_a_write());
    if (!disk_room{now}.is_tight()) CHECK_FALSE(disk_room{roomier}.is_tight());
    jobs.add(up_to(mib));
    if (!fits) CHECK_FALSE(disk_room{now}.has_room_for(jobs, false));
  }
}
