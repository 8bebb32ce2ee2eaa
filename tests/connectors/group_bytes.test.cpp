// Groups of jobs and the memory of who takes them.

#include <penstock/connectors/group_size.hpp>

#include <penstock_test/catch.hpp>

#include "queue_support.hpp"

using namespace penstock_test;

TEST_CASE(
    "a group from a file ends with the job that makes it too heavy, and the next one goes on behind it") {
  const scratch_folder folder;
  ps::sqlite_job_store store{folder / "jobs.sqlite"};
  for (int i = 0; i < 7; ++i) store.put({{}, std::string(1000, 'x'), {}}, {});
  ps::take_order wanted{{}, 10, {}, 2500};
  CHECK(store.exchange({}, &wanted).jobs.size() == 3);
  wanted.most_bytes = 1;
  CHECK(store.exchange({}, &wanted).jobs.size() == 1);
  wanted.most_bytes = 0;
  CHECK(store.exchange({}, &wanted).jobs.size() == 3);
}

TEST_CASE("groups grow while jobs are light, and are one job where jobs are very heavy") {
  ps::group_size size;
  CHECK(size.within(1000) == 16);
  CHECK(size.within(5) == 5);
  for (int i = 0; i < 20; ++i) size.took(size.within(100'000), size.within(100'000) * 100);
  CHECK(size.within(100'000) == ps::group_size::longest);
  size.took(2, std::uint64_t{1} << 30);
  CHECK(size.within(1000) == 1);
  size.took(1, 100);
  CHECK(size.within(1000) == 2);
}
