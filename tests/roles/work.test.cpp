// What isolated workers do when all goes well.
#include "program.hpp"

using role_test::program;

TEST_CASE("isolated workers do their work in other processes", "[roles]") {
  program run{{"squares"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "sum 333833500 elsewhere\n");
}

TEST_CASE("an ordered isolated pool keeps the order", "[roles]") {
  program run{{"order"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "in order 20000\n");
}

TEST_CASE("isolated bodies may drop items, make many of one, be generators and sinks", "[roles]") {
  program run{{"forms"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "sum 1503000\n");
}

TEST_CASE("hooks run in the worker's process, whose standard output is standard error", "[roles]") {
  program run{{"hooks"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "counted 500\n");
  CHECK(run.told("printed in a worker\n"));
  CHECK(run.told("stopped in a worker\n"));
}

TEST_CASE("an isolated body may stop the stage", "[roles]") {
  program run{{"stops-early"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "seen 10\n");
}

TEST_CASE("an exception keeps its type and text from one process to the other, whatever its size",
          "[roles]") {
  program run{{"large-exception"}};
  CHECK(run.code() == 0);
  CHECK(run.out() ==
        "type role_program::(anonymous namespace)::too_large bytes 3000000 runtime_error 1 logic_error 0\n");
}

TEST_CASE("a policy's rules see the type of what was thrown in another process, and its bases", "[roles]") {
  program run{{"policies"}};
  CHECK(run.code() == 0);
  CHECK(run.printed("skipped 1 restarts 0\nsum 5033\n"));
}

TEST_CASE("what on_start throws in another process fails the run with its type", "[roles]") {
  program run{{"throws-at-start"}};
  CHECK(run.code() == 0);
  CHECK(run.printed("too_large bytes 9"));
}

TEST_CASE("arrays go to other processes and back without being changed there, and all memory comes back",
          "[roles]") {
  program run{{"arrays"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "sum 840 read-only 40 left 0\n");
}

TEST_CASE("with a limit on the size of files, arrays beyond it travel by value", "[roles]") {
  // Blocks of 512 bytes: room for one of them.
  program run{{"-c", "ulimit -f 8192; exec \"$0\" arrays", PENSTOCK_ROLE_PROGRAM}, "/bin/sh"};
  CHECK(run.code() == 0);
  INFO(run.out() << run.err());
  CHECK(run.printed("sum 840 read-only "));
  CHECK(run.printed(" left 0\n"));
}

TEST_CASE("a limit on the size of files that leaves no room for a worker's channel is told", "[roles]") {
  program run{{"-c", "ulimit -f 2; exec \"$0\" squares", PENSTOCK_ROLE_PROGRAM}, "/bin/sh"};
  CHECK(run.code() == 1);
  CHECK(run.told(
      "no shared memory (ulimit -f and ulimit -n must allow it) for an isolated worker: File too large"));
}

TEST_CASE("items may be larger than what fits between two processes at a time", "[roles]") {
  program run{{"long-texts"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "bytes 42000000\n");
}

TEST_CASE("a run with isolated workers is refused if main did not enter first", "[roles]") {
  program run{{"unentered"}};
  CHECK(run.code() == 1);
  CHECK(run.told("graph 'squares', stage 'square': isolated workers start this program anew"));
  CHECK(run.told("must stand first in main"));
}

TEST_CASE("an isolated pool can be made a blocking one from outside", "[roles]") {
  program run{{"squares", "--set", "square.pool=blocking"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "sum 333833500 here\n");
}

TEST_CASE("a pool is isolated from outside only where the program has prepared for it", "[roles]") {
  program run{{"squares", "--set", "sum.pool=isolated"}};
  CHECK(run.code() == 2);  // a wrong flag
  CHECK(run.told("the program must say ps::isolated for it"));
}

TEST_CASE("a result that can't be read fails its own item, and no other", "[roles]") {
  program run{{"unreadable"}};
  CHECK(run.code() == 0);
  // 101 to 1,100, without 140.
  CHECK(run.out() == "seen 999 sum 600360 failures 1\n");
}

TEST_CASE("jobs in chunks are done once each, also where the process that has a chunk ends", "[roles]") {
  program run{{"chunks"}};
  CHECK(run.code() == 0);
  CHECK(run.out() == "items 500 done 500 at most 7\n");
}
