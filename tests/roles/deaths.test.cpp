// Whatever ends a worker's process, the items survive.
#include <penstock/runtime/dead_letter_store.hpp>

#include "program.hpp"

using role_test::program;
using role_test::scratch_folder;

namespace {

struct death {
  const char* how;
  const char* words;
};

constexpr death deaths[] = {
#ifndef __SANITIZE_ADDRESS__  // it answers this signal itself, and needs the memory
    {"segv", "SIGSEGV"},
    {"memory", "it needed more memory than memory_limit(256MiB) allows"},
#endif
    {"abort", "SIGABRT"},
    {"exit", "exit code 3"},
    {"terminate", "nobody caught std::runtime_error: nobody catches this"},
    {"kill", "SIGKILL"},
    {"stop", "the body took longer than 500ms for an item (timeout)"}};

}  // namespace

TEST_CASE("an item that ends its process three times is a dead letter, and all others are done", "[roles]") {
  for (const death& each : deaths) {
    INFO(each.how);
    const scratch_folder folder;
    program run{{"poison", each.how, "letter", "--dead-letters", folder.file("letters")}};
    CHECK(run.code() == 0);
    INFO(run.out() << run.err());
    CHECK(run.printed("in 1000 out 999 letters 1 skipped 0 restarts 3"));
    CHECK(run.printed("sum 500000\n"));
  }
}

TEST_CASE("without a rule for it such an item fails the run, which says how the process ended", "[roles]") {
  for (const death& each : deaths) {
    INFO(each.how);
    program run{{"poison", each.how, "fail"}};
    CHECK(run.code() == 1);
    INFO(run.out());
    CHECK(run.printed("restarts 2"));
    CHECK(run.printed(each.words));
  }
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a crash tells where it was", "[roles]") {
  program run{{"poison", "segv", "fail"}};
  CHECK(run.code() == 1);
  CHECK(run.printed("SIGSEGV: no access to address 0x0; stack: role_program::(anonymous namespace)::die("));
  CHECK(run.printed("libc.so.6+0x"));
}
#endif

TEST_CASE("items that end their process once are all done, in order", "[roles]") {
  for (const char* how : {"segv", "exit", "kill", "stop"}) {
    INFO(how);
    program run{{"dies-once", how}};
    CHECK(run.code() == 0);
    INFO(run.out());
    CHECK(run.printed("in order 200\n"));
    CHECK(run.printed("letters 0 skipped 0 restarts "));
  }
}

TEST_CASE("a process that is stopped when its last item is done, but has not said so of all, costs no item",
          "[roles]") {
  const scratch_folder folder;
  program run{{"stopped-before-over", folder.file("trace")}};
  CHECK(run.code() == 0);
  INFO(run.out() << run.err());
  CHECK(run.printed("in 10 out 0 letters 0 skipped 0 restarts 1\n"));
  CHECK(run.told("the body took longer than 300ms for an item (timeout)"));
}

#ifndef __SANITIZE_ADDRESS__  // a process would not live long enough to begin
TEST_CASE("processes that are killed again and again lose no item and do none twice", "[roles]") {
  program run{{"killed", "100000"}};
  CHECK(run.code() == 0);
  CHECK(run.printed("lost 0 twice 0 letters 0 "));
}
#endif

TEST_CASE(
    "an answer for which the program has no memory, not even to say so, is not taken for another item's",
    "[roles]") {
  // The answer itself, then the results of all items.
  for (const char* refused : {"1", "2"}) {
    INFO(refused);
    program run{{"short-of-memory", refused}};
    CHECK(run.code() == 0);
    INFO(run.out() << run.err());
    CHECK(run.printed("in 10 out 10 letters 0 skipped 0 restarts 1\n"));
    CHECK(run.printed("in order 10\n"));
  }
}

TEST_CASE("processes that always end at once fail the run", "[roles]") {
  program run{{"dies-always"}};
  CHECK(run.code() == 1);
  CHECK(run.printed("restarts_error"));
  CHECK(run.printed("it ended with SIGKILL"));
}

TEST_CASE("a process that ends in on_end is replaced, and on_end called once more", "[roles]") {
  const scratch_folder folder;
  program run{{"dies-at-end", folder.file("trace")}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "sum 1055\n");
}
