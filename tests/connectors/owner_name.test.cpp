#include <penstock/connectors/owner_name.hpp>

#include <penstock_test/catch.hpp>

#include <array>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace ps = penstock;

TEST_CASE("a process has one token, and a child of its own another") {
  const auto ours = ps::process_token();
  CHECK(ours.size() == 32);
  CHECK(ps::process_token() == ours);
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto theirs = ps::process_token() + ps::process_token();
    _exit(::write(ends[1], theirs.data(), theirs.size()) == 64 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  std::string theirs(64, '\0');
  REQUIRE(::read(ends[0], theirs.data(), theirs.size()) == 64);
  CHECK(theirs.substr(0, 32) == theirs.substr(32));
  CHECK(theirs.substr(0, 32) != ours);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("names of owners say machine and process, and no two are the same") {
  const auto one = ps::new_owner_name();
  CHECK(one.find(":" + std::to_string(::getpid()) + ":") != std::string::npos);
  CHECK(one != ps::new_owner_name());
}
