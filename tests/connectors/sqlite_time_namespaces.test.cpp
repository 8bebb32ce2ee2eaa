// Real processes in time namespaces of their own, 100,000 s apart.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include <penstock_test/child_process.hpp>

#include "queue_support.hpp"

using namespace penstock_test;

namespace {

constexpr int no_right = 77;

/// Runs in a child whose monotonic clock is so much ahead.
template <class Body>
int in_time_namespace(const std::string& offset, Body body) {
  if (::unshare(CLONE_NEWTIME) != 0) return no_right;
  if (!(std::ofstream{"/proc/self/timens_offsets"} << "monotonic " << offset << " 0\n").flush())
    return no_right;
  const auto child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

}  // namespace

TEST_CASE("workers in time namespaces far apart see the same times, and take no job of one another's") {
  const auto offset = GENERATE(as<std::string>{}, "100000", "-1");
  INFO("ahead by " << offset << " s");
  const scratch_folder folder;
  const auto file = folder / "jobs.sqlite";
  ps::sqlite_job_store store{file};
  store.put(text_item("held"));
  store.put(text_item("delayed"), 1h);
  const auto held = store.take({}).job;
  REQUIRE(held);
  child_process elsewhere{[&](int) {
    return in_time_namespace(offset, [&] {
      ps::sqlite_job_store there{file};
      const auto none = there.take({});
      if (none.job) return 1;
      if (!none.again_in || *none.again_in < 1s || *none.again_in > 61s) return 2;
      there.put(text_item("from there"), 1h);
      return 0;
    });
  }};
  const int code = elsewhere.ended_with();
  if (code == no_right) {
    WARN("not run: needs the right to make a time namespace");
    return;
  }
  CHECK(code == 0);
  CHECK_FALSE(store.take({}).job);
  CHECK(store.ack(held->receipt));
}
