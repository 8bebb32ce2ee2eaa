#include <penstock/runtime/sqlite_connection.hpp>

#include <penstock_test/catch.hpp>

#include <sqlite3.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <penstock_test/scratch_folder.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

using open_mode = ps::sqlite_connection::open_mode;
using statement = ps::sqlite_connection::statement;
using transaction = ps::sqlite_connection::transaction;
using kind = ps::sqlite_failure::kind;

void raise(const ps::sqlite_failure& failure) { throw failure; }

struct open_file {
  scratch_folder folder;
  ps::sqlite_connection file{folder / "file", open_mode::create, &raise};

  int statements() const {
    int found = 0;
    for (auto* each = sqlite3_next_stmt(file.handle(), nullptr); each != nullptr;
         each = sqlite3_next_stmt(file.handle(), each)) {
      ++found;
    }
    return found;
  }
};

template <class F>
std::optional<kind> failure_of(F call) {
  try {
    call();
  } catch (const ps::sqlite_failure& failure) {
    CHECK_FALSE(failure.reason.empty());
    return failure.is;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("a statement is prepared once, however often it is used") {
  open_file made;
  made.file.run("CREATE TABLE t (a)");
  const int before = made.statements();
  for (std::int64_t i = 0; i < 10; ++i) statement{made.file, "INSERT INTO t VALUES (?)"}.bind(i).step();
  CHECK(made.statements() == before + 1);
  CHECK(made.file.number("SELECT count(*) FROM t") == 10);
}

TEST_CASE("a statement that is in use may be used by another at the same time") {
  open_file made;
  made.file.run_script("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
  constexpr auto select = "SELECT a FROM t ORDER BY a";
  statement outer{made.file, select};
  REQUIRE(outer.step());
  const int before = made.statements();
  {
    statement inner{made.file, select};
    REQUIRE(inner.step());
    CHECK(inner.number() == 1);
  }
  CHECK(made.statements() == before);
  REQUIRE(outer.step());
  CHECK(outer.number() == 2);
}

TEST_CASE("what was bound is forgotten when a statement is used again") {
  open_file made;
  statement{made.file, "SELECT ?"}.bind("text").step();
  statement empty{made.file, "SELECT ?"};
  REQUIRE(empty.step());
  CHECK(empty.is_null());
}

TEST_CASE("values come back as they were bound") {
  open_file made;
  const std::vector<std::byte> bytes{std::byte{0}, std::byte{7}};
  statement echo{made.file, "SELECT ?, ?, ?, ?"};
  echo.bind(std::string_view{"a\0b", 3}).bind(std::int64_t{-5}).bind(bytes);
  echo.bind(std::vector<std::byte>{});
  REQUIRE(echo.step());
  CHECK(echo.text() == std::string("a\0b", 3));
  CHECK(echo.number() == -5);
  CHECK(echo.blob() == bytes);
  CHECK(echo.blob().empty());
}

TEST_CASE("a transaction that is not committed has not been") {
  open_file made;
  made.file.run("CREATE TABLE t (a)");
  {
    const transaction left{made.file};
    made.file.run("INSERT INTO t VALUES (1)");
  }
  CHECK_FALSE(made.file.in_transaction());
  CHECK(made.file.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("what went wrong is told by its kind") {
  open_file made;
  made.file.run("CREATE TABLE t (a)");
  SECTION("no room") {
    made.file.run("PRAGMA max_page_count = 3");
    CHECK(failure_of([&] { made.file.run("INSERT INTO t VALUES (zeroblob(100000))"); }) == kind::no_room);
  }
  SECTION("another writes") {
    sqlite3_busy_timeout(made.file.handle(), 0);
    ps::sqlite_connection other{made.folder / "file", open_mode::existing, &raise};
    const transaction writing{other};
    CHECK(failure_of([&] { const transaction late{made.file}; }) == kind::busy);
  }
  SECTION("no SQLite file") {
    std::ofstream{made.folder / "text"} << std::string(2000, 'x');
    ps::sqlite_connection text{made.folder / "text", open_mode::existing, &raise};
    CHECK(failure_of([&] { text.run("SELECT * FROM sqlite_master"); }) == kind::corrupt);
  }
  SECTION("no file") {
    CHECK(failure_of([&] {
            const ps::sqlite_connection none{made.folder / "none", open_mode::existing, &raise};
          }) == kind::other);
  }
  SECTION("a mistake") {
    CHECK(failure_of([&] { made.file.run("SELECT nothing FROM t"); }) == kind::other);
  }
}

TEST_CASE("a statement that failed can be used again") {
  open_file made;
  made.file.run("CREATE TABLE t (a CHECK (a > 0))");
  constexpr auto insert = "INSERT INTO t VALUES (?)";
  CHECK(failure_of([&] { statement{made.file, insert}.bind(std::int64_t{0}).step(); }));
  statement{made.file, insert}.bind(std::int64_t{1}).step();
  CHECK(made.file.number("SELECT count(*) FROM t") == 1);
}
