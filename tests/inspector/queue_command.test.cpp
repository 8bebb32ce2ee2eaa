#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include <penstock/connectors/redis_job_store.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>
#include <penstock_test/catch.hpp>

#include "../connectors/redis_server.hpp"
#include "penstock_program.hpp"

namespace ps = penstock;
using namespace penstock_test;
using nlohmann::json;

namespace {

/// A place for a queue, gone with the object.
class queue_file {
 public:
  queue_file() {
    std::string pattern = (std::filesystem::temp_directory_path() / "penstock-queue-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~queue_file() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  queue_file(const queue_file&) = delete;
  queue_file& operator=(const queue_file&) = delete;

  std::string path() const { return (folder_ / "jobs.sqlite").string(); }
  /// A put of the lines that come from the standard input.
  outcome put(const std::string& text) const {
    const auto input = (folder_ / "input").string();
    std::ofstream{input} << text;
    return run("queue put " + path() + " < " + input);
  }

 private:
  std::filesystem::path folder_;
};

std::vector<json> jobs_of(const std::string& file, const std::string& more = "") {
  const auto listed = run("queue list " + file + " --json" + more);
  REQUIRE(listed.code == 0);
  std::vector<json> all;
  std::istringstream lines{listed.text};
  for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
  return all;
}

/// 1 to `last`, a line each.
std::string lines(int last) {
  std::string text;
  for (int i = 1; i <= last; ++i) text += std::to_string(i) + '\n';
  return text;
}

}  // namespace

TEST_CASE("jobs are put from the shell as JSON and listed") {
  const queue_file queue;
  CHECK(run("queue put " + queue.path() + R"( '{"name": "a"}' '[1, 2]')").text == "1\n2\n");
  const auto jobs = jobs_of(queue.path());
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0]["item"]["name"] == "a");
  CHECK(jobs[0]["state"] == "queued");
  CHECK(jobs[1]["item"] == json::parse("[1, 2]"));
  const auto table = run("queue list " + queue.path());
  CHECK(mentions(table, "2 queued, 0 leased, 0 dead, 0 done and gone"));
}

TEST_CASE("without items a job per line of standard input is put") {
  const queue_file queue;
  CHECK(queue.put("1\n\n\"two\"\n").text == "1\n2\n");
  CHECK(jobs_of(queue.path()).size() == 2);
  const auto refused = queue.put("3\nfour\n");
  CHECK(refused.code == 1);
  CHECK(mentions(refused, "item 2, 'four'"));
  CHECK(jobs_of(queue.path()).size() == 2);
}

TEST_CASE("if putting fails half-way, the numbers that were printed are those that are in the queue") {
  const queue_file queue;
  ps::sqlite_job_store{queue.path()}.count();
  sqlite3* file = nullptr;
  REQUIRE(::sqlite3_open(queue.path().c_str(), &file) == SQLITE_OK);
  CHECK(::sqlite3_exec(file,
                       "CREATE TRIGGER full AFTER INSERT ON jobs WHEN new.id > 2500"
                       " BEGIN SELECT raise(ABORT, 'no more'); END",
                       nullptr, nullptr, nullptr) == SQLITE_OK);
  ::sqlite3_close(file);

  const auto failed = queue.put(lines(3'000));
  CHECK(failed.code == 1);
  CHECK(failed.text.starts_with(lines(2'000) + "penstock: "));
  CHECK(mentions(failed, "no more; 2000 of 3000 jobs are in the queue"));
  CHECK(jobs_of(queue.path()).size() == 2'000);
}

TEST_CASE("if one item is no JSON, none is put") {
  const queue_file queue;
  const auto refused = run("queue put " + queue.path() + " 1 '{oops'");
  CHECK(refused.code == 1);
  CHECK(mentions(refused, "item 2, '{oops'"));
  CHECK(!std::filesystem::exists(queue.path()));
}

TEST_CASE("dead jobs get another chance, others are left") {
  const queue_file queue;
  {
    ps::sqlite_job_store store{queue.path()};
    store.put({{}, "1", "int"});
    store.put({{}, "2", "int"});
    const auto taken = store.take({});
    REQUIRE(taken.job);
    REQUIRE(store.bury(taken.job->receipt, "it can't be read"));
  }
  const auto dead = jobs_of(queue.path(), " --state dead");
  REQUIRE(dead.size() == 1);
  CHECK(dead[0]["reason"] == "it can't be read");
  CHECK(run("queue requeue " + queue.path() + " 2").code == 1);
  CHECK(run("queue requeue " + queue.path() + " 1").code == 0);
  CHECK(jobs_of(queue.path(), " --state queued").size() == 2);
}

TEST_CASE("a queue that is not there is named, and not made by looking") {
  const queue_file queue;
  const auto missing = run("queue list " + queue.path());
  CHECK(missing.code == 1);
  CHECK(mentions(missing, queue.path()));
  CHECK(!std::filesystem::exists(queue.path()));
}

TEST_CASE("an item that is no JSON is shown as text") {
  const queue_file queue;
  ps::sqlite_job_store{queue.path()}.put({{}, "{oops", "int"});
  CHECK(jobs_of(queue.path()).at(0)["item"] == "{oops");
}

TEST_CASE("an item that is nested too deeply to print is shown as text") {
  const queue_file queue;
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::string just = std::string(400, '[') + std::string(400, ']');
  ps::sqlite_job_store store{queue.path()};
  store.put({{}, deep, "int"});
  store.put({{}, just, "int"});
  const auto shown = jobs_of(queue.path());
  CHECK(shown.at(0)["item"] == deep);
  CHECK(shown.at(1)["item"].is_array());
  CHECK(run("queue list " + queue.path()).code == 0);
}

// With a search for each member it would take minutes.
TEST_CASE("an item of very many members is put and printed") {
  const queue_file queue;
  std::string wide = "{";
  constexpr int members = 400'000;
  for (int i = 0; i < members; ++i)
    wide += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":[" + std::to_string(i) + "]";
  CHECK(queue.put(wide + "}\n").text == "1\n");
  const auto shown = jobs_of(queue.path());
  CHECK(shown.at(0)["item"].size() == members);
  CHECK(shown.at(0)["item"]["m7"] == json::parse("[7]"));
}

TEST_CASE("items that are nested too deeply, or have a member twice, are not put") {
  const queue_file queue;
  const auto deep = queue.put(std::string(100'000, '[') + std::string(100'000, ']') + "\n");
  CHECK(deep.code == 1);
  CHECK(mentions(deep, "nested deeper than 400 levels"));
  const auto twice = queue.put(R"({"a":1,"b":{"a":2},"a":3})");
  CHECK(twice.code == 1);
  CHECK(mentions(twice, "two members 'a'"));
}

TEST_CASE("a queue on a server is put into, listed and revived as one in a file") {
  const redis_server server;
  const auto queue = "'" + server.url_text("#jobs") + "'";
  CHECK(run("queue put " + queue + R"( '{"name": "a"}' 2)").text == "1\n2\n");
  ps::redis_job_store store{server.url(), "jobs"};
  CHECK(store.bury(store.take({}).job->receipt, "unreadable"));
  const auto dead = jobs_of(queue, " --state dead");
  REQUIRE(dead.size() == 1);
  CHECK(dead[0]["item"]["name"] == "a");
  CHECK(dead[0]["reason"] == "unreadable");
  CHECK(run("queue requeue " + queue + " 1").code == 0);
  CHECK(mentions(run("queue list " + queue), "2 queued, 0 leased, 0 dead, 0 done and gone"));
  CHECK(mentions(run("queue list unix:///nowhere/redis.sock#jobs"), "can't connect"));
  CHECK(mentions(run("queue list 'redis://h:none#jobs'"), "the port is"));
  CHECK(mentions(run("queue list redis://localhost"), "expected the queue's name"));
}
