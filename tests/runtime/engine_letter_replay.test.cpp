#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/dead_letter_store.hpp>

#include "job_queue.hpp"

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// A dead letter file of this test's own, removed with it.
class letter_file {
 public:
  letter_file() {
    std::string pattern = (std::filesystem::temp_directory_path() / "penstock-replay-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  letter_file(const letter_file&) = delete;
  letter_file& operator=(const letter_file&) = delete;
  ~letter_file() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path() const { return (folder_ / "letters.sqlite").string(); }
  ps::runtime_options to_write() const {
    ps::runtime_options all;
    all.dead_letters = path();
    return all;
  }
  ps::runtime_options to_replay() const {
    ps::runtime_options all = to_write();
    all.replay = path();
    all.log_level = "quiet";
    return all;
  }
  std::vector<ps::dead_letter_record> letters() const { return ps::dead_letter_store{path()}.list(); }
  std::size_t replayed() const {
    std::size_t count = 0;
    for (const auto& each : letters()) count += each.replayed_ns > 0 ? 1 : 0;
    return count;
  }

 private:
  std::filesystem::path folder_;
};

/// Two stages that fail for some of ten jobs, as long as they are ill.
struct ill_graph {
  explicit ill_graph(bool ill) {
    jobs.jobs(10)
        .stage(
            "tens",
            [this, ill](const int& n) {
              asked.push(n);
              if (ill && n % 3 == 0) throw broken_item{"three"};
              return 10 * n;
            },
            ps::on_error(ps::dead_letter()))
        .sink(
            "store",
            [this, ill](const int& n) {
              if (ill && n % 40 == 0) throw broken_item{"forty"};
              stored.push(n);
            },
            ps::on_error(ps::dead_letter()));
  }

  job_graph jobs;
  collected<int> asked;
  collected<int> stored;
};

/// Pieces of three jobs, of which one fails: it is written down between scatter and gather.
void make_pieces(ps::graph& g, bool ill) {
  g.source("jobs", numbers(3))
      .scatter("pieces", [](int n) { return std::vector<int>{n}; })
      .stage(
          "work",
          [ill](const int& n) {
            if (ill && n == 1) throw broken_item{"one"};
            return n;
          },
          ps::on_error(ps::dead_letter()))
      .gather("together", [](std::vector<ps::outcome<int>> all) { return static_cast<int>(all.size()); })
      .sink("end", [](int) {});
}

}  // namespace

TEST_CASE("letters are given to the stages that they came from, and the sources are not asked",
          "[engine][letters]") {
  const letter_file file;
  ill_graph ill{true};
  run_to_end(ill.jobs.g, file.to_write());
  REQUIRE(ill.stored.sorted() == std::vector{10, 20, 50, 70});
  REQUIRE(file.letters().size() == 6);

  ill_graph well{false};
  run_to_end(well.jobs.g, file.to_replay());
  CHECK(well.asked.sorted() == std::vector{0, 3, 6, 9});
  CHECK(well.stored.sorted() == std::vector{0, 30, 40, 60, 80, 90});
  CHECK(well.jobs.told->count() == 0);
  CHECK(file.letters().size() == 6);
  CHECK(file.replayed() == 6);
}

TEST_CASE("only the letters that are named are replayed, and one that is not there is an error",
          "[engine][letters]") {
  const letter_file file;
  ill_graph ill{true};
  run_to_end(ill.jobs.g, file.to_write());
  auto options = file.to_replay();
  options.replay_ids = {2, 5};
  ill_graph well{false};
  run_to_end(well.jobs.g, options);
  const auto letters = file.letters();
  REQUIRE(letters.size() == 6);
  for (const auto& each : letters) CHECK((each.replayed_ns > 0) == (each.id == 2 || each.id == 5));

  options.replay_ids = {2, 99};
  ill_graph other{false};
  CHECK_THROWS_WITH(run_to_end(other.jobs.g, options),
                    Catch::Matchers::Contains("there is no dead letter 99"));
  CHECK(file.replayed() == 2);
}

TEST_CASE("an input that left several letters is replayed once for all of them, also where one is named",
          "[engine][letters]") {
  const letter_file file;
  collected<int> stored;
  collected<int> asked;
  const auto build = [&](ps::graph& g, bool ill) {
    g.source("numbers", numbers(2))
        .stage(
            "three",
            [&](int n) {
              asked.push(n);
              return std::vector{10 * n, 10 * n + 1, 10 * n + 2};
            },
            ps::on_error(ps::dead_letter()))
        .map(
            "check",
            [ill](int n) {
              if (ill) throw broken_item{"ill"};
              return n;
            },
            ps::on_error(ps::dead_letter()))
        .sink("store", [&](int n) { stored.push(n); });
  };
  ps::graph ill{"several"};
  build(ill, true);
  run_to_end(ill, file.to_write());
  REQUIRE(file.letters().size() == 6);
  auto options = file.to_replay();
  options.replay_ids = {5};
  ps::graph named{"several"};
  build(named, false);
  run_to_end(named, options);
  CHECK(asked.values() == std::vector{0, 1, 1});
  CHECK(stored.values() == std::vector{10, 11, 12});
  CHECK(file.replayed() == 3);
  ps::graph rest{"several"};
  build(rest, false);
  run_to_end(rest, file.to_replay());
  CHECK(stored.sorted() == std::vector{0, 1, 2, 10, 11, 12});
  CHECK(file.replayed() == 6);
}

TEST_CASE("a letter that was replayed is not replayed again", "[engine][letters]") {
  const letter_file file;
  ill_graph ill{true};
  run_to_end(ill.jobs.g, file.to_write());
  ill_graph first{false};
  run_to_end(first.jobs.g, file.to_replay());
  ill_graph second{false};
  run_to_end(second.jobs.g, file.to_replay());
  CHECK(second.asked.size() == 0);
  CHECK(second.stored.size() == 0);
}

TEST_CASE("a letter that fails once more is replayed, and a new letter is written", "[engine][letters]") {
  const letter_file file;
  ill_graph ill{true};
  run_to_end(ill.jobs.g, file.to_write());
  ill_graph still_ill{true};
  run_to_end(still_ill.jobs.g, file.to_replay());
  CHECK(still_ill.stored.size() == 0);
  CHECK(file.letters().size() == 12);
  CHECK(file.replayed() == 6);
}

TEST_CASE("a letter of a run that fails is not replayed", "[engine][letters]") {
  const letter_file file;
  ill_graph ill{true};
  run_to_end(ill.jobs.g, file.to_write());
  job_graph strict;
  strict.jobs(10)
      .stage(
          "tens", [](const int& n) { return 10 * n; }, ps::on_error(ps::dead_letter()))
      .sink("other", [](int) { throw broken_item{"no"}; });
  CHECK_THROWS_AS(run_to_end(strict.g, file.to_replay()), broken_item);
  CHECK(file.replayed() == 0);
}

TEST_CASE("letters of pieces and of stages that are gone stay where they are", "[engine][letters]") {
  const letter_file file;
  ps::graph ill{"pieces"};
  make_pieces(ill, true);
  run_to_end(ill, file.to_write());
  REQUIRE(file.letters().size() == 1);
  ps::graph well{"pieces"};
  make_pieces(well, false);
  run_to_end(well, file.to_replay());
  ps::graph other{"pieces"};
  other.source("jobs", numbers(3)).sink("end", [](int) {});
  run_to_end(other, file.to_replay());
  CHECK(file.replayed() == 0);
}

TEST_CASE("letters of another graph are not replayed", "[engine][letters]") {
  const letter_file file;
  ill_graph ill{true};
  run_to_end(ill.jobs.g, file.to_write());
  ps::graph other{"other"};
  collected<int> seen;
  other.source("queue", numbers(3))
      .sink(
          "tens", [&](const int& n) { seen.push(n); }, ps::on_error(ps::dead_letter()));
  run_to_end(other, file.to_replay());
  CHECK(seen.size() == 0);
}

TEST_CASE("a file to replay that is not there is named", "[engine][letters]") {
  const letter_file file;
  ill_graph well{false};
  CHECK(mentions(text_of<ps::dead_letter_store_error>([&] { run_to_end(well.jobs.g, file.to_replay()); }),
                 file.path() + "': there is no such file"));
}

TEST_CASE("a file of an earlier version, without replayed_ns, can be replayed", "[engine][letters]") {
  const letter_file file;
  ill_graph ill{true};
  run_to_end(ill.jobs.g, file.to_write());
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.path().c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, "ALTER TABLE dead_letters DROP COLUMN replayed_ns", nullptr, nullptr,
                     nullptr) == SQLITE_OK);
  sqlite3_close(database);
  ill_graph well{false};
  run_to_end(well.jobs.g, file.to_replay());
  CHECK(file.replayed() == 6);
}
