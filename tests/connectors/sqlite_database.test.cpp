#include <penstock/connectors/sqlite_database.hpp>

#include <penstock_test/catch.hpp>

#include <sqlite3.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

#include "queue_support.hpp"

using namespace penstock_test;
using Catch::Matchers::Contains;

namespace {

std::string refusal(const std::filesystem::path& file, bool create = true) {
  try {
    const ps::sqlite_database opened{file, create};
  } catch (const ps::job_queue_error& problem) {
    return problem.what();
  }
  return "was opened";
}

void run(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &connection) == SQLITE_OK);
  CHECK(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(connection);
}

}  // namespace

TEST_CASE("what is no job queue is refused and left as it is") {
  const scratch_folder folder;
  SECTION("a text") {
    std::ofstream{folder / "notes"}
        << "Nothing that SQLite would know, though it is long enough to be looked at.\n"
        << std::string(2000, 'x');
    CHECK_THAT(refusal(folder / "notes"), Contains("no SQLite file"));
  }
  SECTION("an empty file") {
    std::ofstream{folder / "empty"}.flush();
    CHECK_THAT(refusal(folder / "empty"), Contains("another program"));
    CHECK(std::filesystem::file_size(folder / "empty") == 0);
  }
  SECTION("a database of another program") {
    run(folder / "other", "CREATE TABLE jobs (mine TEXT); PRAGMA application_id = 7");
    const auto size = std::filesystem::file_size(folder / "other");
    CHECK_THAT(refusal(folder / "other"), Contains("another program (application id 7)"));
    CHECK(std::filesystem::file_size(folder / "other") == size);
  }
  SECTION("a queue of a later penstock") {
    { const ps::sqlite_database made{folder / "later", true}; }
    run(folder / "later", "PRAGMA user_version = 9");
    CHECK_THAT(refusal(folder / "later"), Contains("version 9") && Contains("knows 1"));
  }
  SECTION("a folder") { CHECK_THAT(refusal(folder.path()), Contains("unable to open")); }
}

TEST_CASE("a queue that is not there is made, or refused where none should be") {
  const scratch_folder folder;
  CHECK_THAT(refusal(folder / "queue", false), Contains("no such file"));
  CHECK_THAT(refusal(folder / "nowhere/queue"), Contains("there is no folder"));
  CHECK(refusal(folder / "queue") == "was opened");
  CHECK(refusal(folder / "queue", false) == "was opened");
}

TEST_CASE("a queue that can't be written is refused") {
  if (geteuid() == 0) return;  // may write everything
  const scratch_folder folder;
  { const ps::sqlite_database made{folder / "queue", true}; }
  std::filesystem::permissions(folder / "queue", std::filesystem::perms::owner_read);
  CHECK_THAT(refusal(folder / "queue"), Contains("can't be written"));
}

TEST_CASE("programs that start at once make one queue and leave nothing else behind") {
  for (int round = 0; round < 10; ++round) {
    const scratch_folder folder;
    std::vector<std::thread> programs;
    for (int i = 0; i < 6; ++i) {
      programs.emplace_back([&] { ps::sqlite_job_store{folder / "queue"}.put(text_item("job")); });
    }
    for (auto& each : programs) each.join();
    CHECK(ps::sqlite_job_store{folder / "queue"}.count().queued == 6);
    int files = 0;
    for (const auto& each : std::filesystem::directory_iterator{folder.path()}) {
      INFO(each.path());
      CHECK(each.path().filename() == "queue");
      ++files;
    }
    CHECK(files == 1);
  }
}

TEST_CASE("a queue may be named without a folder") {
  const scratch_folder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  try {
    ps::sqlite_job_store{"jobs.sqlite"}.put(text_item("job"));
  } catch (...) {
    std::filesystem::current_path(before);
    throw;
  }
  std::filesystem::current_path(before);
  CHECK(std::filesystem::exists(folder / "jobs.sqlite"));
}

TEST_CASE("a queue whose file is taken away under a source wakes it and is refused") {
  const scratch_folder folder;
  const auto file = folder / "jobs.sqlite";
  ps::sqlite_job_store store{file};
  bell woken;
  store.on_change([&] { woken.ring(); });
  CHECK_FALSE(store.take({}).job);
  SECTION("removed") { std::filesystem::remove(file); }
  SECTION("replaced") {
    ps::sqlite_job_store{folder / "other.sqlite"}.put(text_item("job"));
    std::filesystem::rename(folder / "other.sqlite", file);
  }
  SECTION("moved") { std::filesystem::rename(file, folder / "elsewhere.sqlite"); }
  CHECK(woken.await());
  CHECK_THROWS_AS(store.put(text_item("job")), ps::job_queue_error);
  CHECK_THROWS_WITH(store.take({}),
                    Catch::Matchers::Contains("the file was removed, or another put in its place"));
}
