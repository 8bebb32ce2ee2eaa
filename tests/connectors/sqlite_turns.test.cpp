#include <penstock/connectors/sqlite_turns.hpp>

#include <penstock_test/catch.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock_test/child_process.hpp>

#include "queue_support.hpp"

using namespace penstock_test;
using Catch::Matchers::Contains;

namespace {

/// A queue's file, and who takes turns at it, for which nobody waits.
struct contested {
  contested() { std::ofstream{queue}.flush(); }

  scratch_folder folder;
  std::filesystem::path queue = folder / "jobs.sqlite";

  void hurry(ps::sqlite_turns& each) const {
    REQUIRE(each.connection() != nullptr);
    sqlite3_busy_timeout(each.connection()->handle(), 0);
  }
};

int take_and_stay(const std::filesystem::path& queue, int said) {
  ps::sqlite_turns turns{queue};
  const ps::sqlite_turns::turn mine{turns};
  [[maybe_unused]] const auto written = ::write(said, "y", 1);
  for (;;) ::pause();
}

}  // namespace

TEST_CASE("a turn is one's own, and whoever waits too long for it hears which file and what to do") {
  const contested at;
  ps::sqlite_turns a{at.queue};
  ps::sqlite_turns b{at.queue};
  at.hurry(b);
  {
    const ps::sqlite_turns::turn mine{a};
    CHECK_THROWS_WITH(ps::sqlite_turns::turn{b}, Contains((at.folder / "jobs.sqlite-turn").string()) &&
                                                     Contains("let it go on if it was stopped"));
    try {
      const ps::sqlite_turns::turn other{b};
      FAIL("two had a turn at once");
    } catch (const ps::job_queue_error& problem) {
      CHECK(problem.is_passing());
    }
  }
  CHECK_NOTHROW(ps::sqlite_turns::turn{b});
}

TEST_CASE("a process that stands still keeps its turn, and one that is killed does not") {
  const contested at;
  child_process holder{[&](int said) { return take_and_stay(at.queue, said); }};
  REQUIRE(holder.await_byte());
  ps::sqlite_turns own{at.queue};
  at.hurry(own);
  holder.send(SIGSTOP);
  CHECK_THROWS_AS(ps::sqlite_turns::turn{own}, ps::job_queue_error);
  holder.send(SIGKILL);
  CHECK(holder.ended_with() == -SIGKILL);
  CHECK_NOTHROW(ps::sqlite_turns::turn{own});
}

TEST_CASE("a turn writes nothing") {
  const contested at;
  ps::sqlite_turns turns{at.queue};
  const ps::sqlite_turns::turn mine{turns};
  for (const auto& each : std::filesystem::directory_iterator{at.folder.path()}) {
    INFO(each.path());
    CHECK((each.path() == at.queue || each.path().filename() == "jobs.sqlite-turn"));
    CHECK(each.file_size() == 0);
  }
}

TEST_CASE("whoever may write to the queue may take turns") {
  const contested at;
  std::filesystem::permissions(at.queue, std::filesystem::perms{0666});
  const ps::sqlite_turns turns{at.queue};
  CHECK(std::filesystem::status(at.folder / "jobs.sqlite-turn").permissions() ==
        std::filesystem::perms{0666});
}

TEST_CASE("where no file for turns can be made, everybody has one at once") {
  const contested at;
  SECTION("no folder") {
    ps::sqlite_turns turns{at.folder / "nowhere/jobs.sqlite"};
    CHECK(turns.connection() == nullptr);
    CHECK_NOTHROW(ps::sqlite_turns::turn{turns});
  }
  SECTION("another kind of file") {
    std::filesystem::create_directory(at.folder / "jobs.sqlite-turn");
    ps::sqlite_turns turns{at.queue};
    CHECK_NOTHROW(ps::sqlite_turns::turn{turns});
  }
}
