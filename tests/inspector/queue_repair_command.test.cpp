// `penstock queue check` and `penstock queue rescue`, as a shell runs them.

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <penstock/connectors/sqlite_job_store.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "penstock_program.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

constexpr int jobs = 300;
constexpr std::size_t page = 4096;

/// A queue with jobs in it, and where another may be made.
struct queue_of_jobs {
  queue_of_jobs() {
    ps::sqlite_job_store store{file};
    std::vector<ps::stored_item> items;
    for (int i = 1; i <= jobs; ++i) items.push_back({{}, std::to_string(i), "int"});
    store.put_all(items);
    const auto first = store.take({});
    REQUIRE(first.job);
    REQUIRE(store.bury(first.job->receipt, "it can't be read"));
  }

  std::string bytes() const {
    std::ifstream in{file, std::ios::binary};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  }
  void write(const std::string& bytes) const { std::ofstream{file, std::ios::binary} << bytes; }
  /// Where a table or an index begins in the file.
  std::size_t root_of(const std::string& name) const {
    sqlite3* opened = nullptr;
    REQUIRE(::sqlite3_open(file.c_str(), &opened) == SQLITE_OK);
    std::size_t root = 0;
    const auto note = [](void* to, int, char** columns, char**) {
      *static_cast<std::size_t*>(to) = std::stoul(columns[0]);
      return 0;
    };
    const auto sql = "SELECT rootpage FROM sqlite_master WHERE name = '" + name + "'";
    CHECK(::sqlite3_exec(opened, sql.c_str(), note, &root, nullptr) == SQLITE_OK);
    ::sqlite3_close(opened);
    REQUIRE(root > 1);
    return (root - 1) * page;
  }

  outcome check() const { return run("queue check " + file); }
  outcome rescue() const { return run("queue rescue " + file + " " + made); }

  scratch_folder folder;
  std::string file = (folder / "jobs.sqlite").string();
  std::string made = (folder / "saved.sqlite").string();
};

}  // namespace

TEST_CASE("a queue that is whole is said to be, and stays as it is") {
  const queue_of_jobs queue;
  const auto before = queue.bytes();
  const auto found = queue.check();
  CHECK(found.code == 0);
  CHECK(found.text == queue.file + ": nothing is wrong with it\n");
  CHECK(queue.bytes() == before);
}

TEST_CASE("a queue of which a page is lost is said to be damaged, with 1 and what is wrong") {
  const queue_of_jobs queue;
  const auto place = queue.root_of(GENERATE("jobs", "jobs_due", "jobs_by_state"));
  auto bytes = queue.bytes();
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(place), page, '\0');
  queue.write(bytes);
  const auto found = queue.check();
  CHECK(found.code == 1);
  CHECK(std::count(found.text.begin(), found.text.end(), '\n') >= 1);
  CHECK(mentions(found, "is damaged"));
  CHECK(mentions(found, queue.file));
  CHECK(queue.bytes() == bytes);
}

TEST_CASE("a queue that has lost its end is said to be damaged") {
  const queue_of_jobs queue;
  queue.write(queue.bytes().substr(0, 3 * page));
  const auto found = queue.check();
  CHECK(found.code == 1);
  CHECK(mentions(found, "is damaged"));
}

TEST_CASE("an index that misses jobs is found by looking at all of the queue") {
  const queue_of_jobs queue;
  {
    sqlite3* opened = nullptr;
    REQUIRE(::sqlite3_open(queue.file.c_str(), &opened) == SQLITE_OK);
    // The index of another column under the old one's name: every page of it is well formed.
    CHECK(::sqlite3_exec(
              opened,
              "PRAGMA writable_schema = ON;"
              "UPDATE sqlite_master SET sql = replace(sql, 'unread_by', 'put_ns') WHERE name = 'jobs_due'",
              nullptr, nullptr, nullptr) == SQLITE_OK);
    ::sqlite3_close(opened);
  }
  const auto found = queue.check();
  CHECK(found.code == 1);
  CHECK(mentions(found, "jobs_due"));
}

TEST_CASE("what is no queue, or not there, is refused by check and rescue and nothing is made") {
  const scratch_folder folder;
  const auto file = (folder / "notes").string();
  const auto made = (folder / "saved.sqlite").string();
  const auto* reason = "there is no such file";
  SECTION("nothing") {}
  SECTION("a text") {
    std::ofstream{file} << std::string(5000, 'x');
    reason = "no job queue";
  }
  SECTION("a database of another program") {
    sqlite3* opened = nullptr;
    REQUIRE(::sqlite3_open(file.c_str(), &opened) == SQLITE_OK);
    CHECK(::sqlite3_exec(opened, "CREATE TABLE notes (text)", nullptr, nullptr, nullptr) == SQLITE_OK);
    ::sqlite3_close(opened);
    reason = "a file of another program";
  }
  const auto found = run("queue check " + file);
  CHECK(found.code == 1);
  CHECK(mentions(found, "penstock: "));
  CHECK(mentions(found, file));
  CHECK(mentions(found, reason));
  const auto saved = run("queue rescue " + file + " " + made);
  CHECK(saved.code == 1);
  CHECK(mentions(saved, file));
  CHECK_FALSE(std::filesystem::exists(made));
}

TEST_CASE("a damaged queue is saved in a new one with the numbers and states of its jobs") {
  const queue_of_jobs queue;
  auto bytes = queue.bytes();
  const auto place = queue.root_of("jobs_by_state");
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(place), page, '\0');
  queue.write(bytes);
  const auto saved = queue.rescue();
  CHECK(saved.code == 0);
  CHECK(saved.text.starts_with("300 jobs are saved in " + queue.made));
  CHECK(queue.bytes() == bytes);
  CHECK(run("queue check " + queue.made).code == 0);
  const ps::sqlite_job_store store{queue.made, false};
  CHECK(store.count().queued == jobs - 1);
  const auto dead = store.list("dead");
  REQUIRE(dead.size() == 1);
  CHECK(dead.front().job == 1);
  CHECK(dead.front().json == "1");
}

TEST_CASE("of a queue that has lost its end all that can be read is saved, and that it is not all is said") {
  const queue_of_jobs queue;
  const auto bytes = queue.bytes();
  queue.write(bytes.substr(0, bytes.size() - 2 * page));
  const auto saved = queue.rescue();
  INFO(saved.text);
  CHECK(saved.code == 0);
  const ps::sqlite_job_store store{queue.made, false};
  const auto count = store.count();
  CHECK(mentions(saved, std::to_string(count.queued + count.dead) + " jobs are saved in"));
  CHECK(count.queued > 0);
  if (count.queued + count.dead < jobs) CHECK(mentions(saved, "parts of the file could not be read"));
}

TEST_CASE("a rescue writes over nothing") {
  const queue_of_jobs queue;
  std::ofstream{queue.made} << "mine";
  const auto refused = queue.rescue();
  CHECK(refused.code == 1);
  CHECK(mentions(refused, queue.made));
  CHECK(mentions(refused, "is there already"));
  std::ifstream in{queue.made};
  CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == "mine");
}
