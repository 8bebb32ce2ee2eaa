// How the processes of isolated workers begin and end.
#include <filesystem>
#include <fstream>
#include <utility>

#include <sys/syscall.h>

#include "program.hpp"

using role_test::program;
using role_test::scratch_folder;

namespace {

/// Waits until a process that is no child of this one has ended.
bool ends(int pid) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return errno == ESRCH;
  pollfd watched{descriptor, POLLIN, 0};
  const bool ended = poll(&watched, 1, 20'000) == 1;
  close(descriptor);
  return ended;
}

int worker_of(program& run) { return std::atoi(run.line().substr(std::string{"worker "}.size()).c_str()); }

}  // namespace

TEST_CASE("workers end when their parent is killed", "[roles]") {
  program run{{"endless"}};
  const int worker = worker_of(run);
  REQUIRE(worker > 0);
  run.send(SIGKILL);
  CHECK(ends(worker));
  CHECK(run.code() == -SIGKILL);
}

TEST_CASE("workers stay when the thread that started the run ends", "[roles]") {
  program run{{"thread-ends"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "seen 100 restarts 0\n");
}

TEST_CASE("a drain ends the workers in good order", "[roles]") {
  program run{{"endless"}};
  const int worker = worker_of(run);
  run.send(SIGTERM);
  CHECK(run.code() == 0);
  CHECK(ends(worker));
}

TEST_CASE("an abort ends workers whose body never returns", "[roles]") {
  program run{{"aborts", "--drain", "100ms"}};
  CHECK(run.error_line() == "stuck");
  run.send(SIGTERM);
  CHECK(run.code() == 75);  // the drain's deadline passed
  CHECK(run.out() == "children 0\n");
}

TEST_CASE("workers leave neither descriptors nor processes behind", "[roles]") {
  program run{{"leaves-nothing"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "more descriptors 0 children none\n");
}

TEST_CASE("workers run the program that started them, also when another has its name", "[roles]") {
  const scratch_folder folder;
  const auto copy = folder.file("program");
  std::filesystem::copy_file(PENSTOCK_ROLE_PROGRAM, copy);
  program run{{"replaced", copy}, copy};
  CHECK(run.code() == 0);
  CHECK(run.out() == "seen 10\n");
}

TEST_CASE("a worker runs no other graph, and says so", "[roles]") {
  program run{{"other-graph"}};
  CHECK(run.code() == 1);
  CHECK(run.told("but its main runs graph 'before' before"));
  CHECK(run.printed("exit code 70"));
}

TEST_CASE("main may lead a worker to its graph", "[roles]") {
  program run{{"other-graph", "led"}};
  CHECK(run.code() == 0);
  CHECK(run.printed("seen 10\n"));
}

TEST_CASE(
    "a worker's process that builds another graph fails the run at its start, and the difference is told",
    "[roles]") {
  const std::pair<const char*, const char*> differences[] = {
      {"name",
       "its node 2 is stage 'work' of int behind source 'numbers', which makes int in the program, and "
       "stage 'works' of"},
      {"type",
       "which makes int in the program, and stage 'work' of int behind source 'numbers', which makes "},
      {"pool",
       "which makes int in the program, and stage 'work' of int behind source 'numbers' in the worker"}};
  for (const auto& [what, words] : differences) {
    program run{{"other-structure", what}};
    CHECK(run.code() == 1);
    INFO(run.out() << run.err());
    CHECK(run.told("graph 'forked' differs in a worker's process: "));
    CHECK(run.told(words));
    CHECK_FALSE(run.told("(restarts)"));
  }
}

TEST_CASE("isolated workers need no standard input, output or error", "[roles]") {
  const scratch_folder folder;
  const std::string file = folder.file("out");
  program run{{"-c", "exec \"$0\" squares <&- >\"$1\" 2>&-", PENSTOCK_ROLE_PROGRAM, file}, "/bin/sh"};
  CHECK(run.code() == 0);
  std::string line;
  std::getline(std::ifstream{file}, line);
  CHECK(line == "sum 333833500 elsewhere");
}

TEST_CASE("a worker has no input, few descriptors, a group and a name of its own, no trace of its role",
          "[roles]") {
  program run{{"surroundings"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "input '' descriptors 8 group own variable unset name look/0\n");
}

TEST_CASE("a worker that ends in good order is not reported as one that crashed", "[roles]") {
  for (int i = 0; i < 20; ++i) {
    program run{{"surroundings"}};
    CHECK(run.code() == 0);
    CHECK(run.err() == "");
  }
}

TEST_CASE("a body in a worker's process hears that the run is aborted", "[roles]") {
  program run{{"hears-abort", "--drain", "50ms"}};
  CHECK(run.error_line() == "listening");
  run.send(SIGTERM);
  CHECK(run.code() == 75);
  CHECK(run.told("heard\n"));
}

TEST_CASE("a main that ends before the run of its graph in a worker's process is told so", "[roles]") {
  program run{{"goes-home"}};
  CHECK(run.code() == 1);
  CHECK(run.told("before its main came to the run of this graph"));
}

TEST_CASE("a role's variable that was left over from others is ignored", "[roles]") {
  setenv("PENSTOCK_ROLE", (std::to_string(getpid()) + ":1").c_str(), 1);
  program run{{"squares"}};
  unsetenv("PENSTOCK_ROLE");
  CHECK(run.code() == 0);
  CHECK(run.out() == "sum 333833500 elsewhere\n");
}
