#include <atomic>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

std::vector<int> pieces_of(const int& n) {
  std::vector<int> pieces;
  for (int i = 0; i < n; ++i) pieces.push_back(n * 100 + i);
  return pieces;
}

/// How many pieces came, and how many of them failed.
struct tally {
  std::size_t values = 0;
  std::size_t failures = 0;
  bool operator==(const tally&) const = default;
  bool operator<(const tally& other) const {
    return std::pair{values, failures} < std::pair{other.values, other.failures};
  }
};

tally count(const std::vector<ps::outcome<int>>& pieces) {
  tally all;
  for (const auto& piece : pieces) ++(piece.has_value() ? all.values : all.failures);
  return all;
}

int pass(const int& n) { return n; }

}  // namespace

TEST_CASE("gather gets all pieces of a job and of no other", "[engine][scatter]") {
  ps::graph g{"jobs"};
  collected<std::vector<int>> seen;
  g.source("jobs", std::vector{1, 2, 3, 40, 5})
      .scatter("pieces", &pieces_of)
      .stage("work", &pass, ps::workers(3), ps::blocking)
      .gather("together",
              [](std::vector<ps::outcome<int>> pieces) -> std::optional<std::vector<int>> {
                std::vector<int> values;
                for (const auto& piece : pieces) values.push_back(*piece);
                std::sort(values.begin(), values.end());
                return values;
              })
      .sink("collect", [&](const std::vector<int>& values) { seen.push(values); });
  run_to_end(g);
  CHECK(seen.sorted() ==
        std::vector<std::vector<int>>{pieces_of(1), pieces_of(2), pieces_of(3), pieces_of(5), pieces_of(40)});
}

TEST_CASE("a job of zero pieces is gathered too", "[engine][scatter]") {
  ps::graph g{"zero"};
  collected<std::size_t> seen;
  g.source("jobs", std::vector{0, 2, 0})
      .scatter("pieces", &pieces_of)
      .stage("work", &pass)
      .gather("together", [](std::vector<ps::outcome<int>> pieces) { return pieces.size(); })
      .sink("collect", [&](std::size_t n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == std::vector<std::size_t>{0, 0, 2});
}

TEST_CASE("scatter may be a generator", "[engine][scatter]") {
  ps::graph g{"lazy pieces"};
  collected<int> seen;
  g.source("jobs", std::vector{3, 4})
      .scatter("pieces",
               [](int n) -> ps::generator<int> {
                 for (int i = 1; i <= n; ++i) co_yield i;
               })
      .stage("work", &pass, ps::capacity(2))
      .gather("sum",
              [](std::vector<ps::outcome<int>> pieces) {
                int sum = 0;
                for (const auto& piece : pieces) sum += piece.value();
                return sum;
              })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == std::vector{6, 10});
}

TEST_CASE("between scatter and gather a failure becomes the piece's outcome, and the run goes on",
          "[engine][scatter]") {
  ps::graph g{"outcomes"};
  collected<std::string> seen;
  g.source("jobs", std::vector{2})
      .scatter("pieces", &pieces_of)
      .stage("work",
             [](int n) {
               if (n == 201) throw broken_item{"bad piece"};
               return n;
             })
      .gather("together",
              [](std::vector<ps::outcome<int>> pieces) {
                std::vector<std::string> lines;
                for (const auto& piece : pieces) {
                  if (piece.has_value()) {
                    lines.push_back("value " + std::to_string(*piece));
                    continue;
                  }
                  const ps::failure& failed = piece.failure();
                  lines.push_back("failed in " + failed.stage + " attempt " + std::to_string(failed.attempt) +
                                  ": " + failed.text +
                                  (mentions(failed.type, "broken_item") ? " (type known)" : ""));
                }
                return lines;
              })
      .sink("collect", [&](const std::string& line) { seen.push(line); });
  run_to_end(g);
  CHECK(seen.sorted() ==
        std::vector<std::string>{"failed in work attempt 1: bad piece (type known)", "value 200"});
}

TEST_CASE("an outcome keeps the exception itself", "[engine][scatter]") {
  ps::graph g{"exception kept"};
  collected<std::string> seen;
  g.source("jobs", std::vector{1})
      .scatter("pieces", &pieces_of)
      .stage("work", [](int) -> int { throw broken_item{"itself"}; })
      .gather("together",
              [](std::vector<ps::outcome<int>> pieces) {
                return text_of<broken_item>([&] { std::rethrow_exception(pieces.at(0).failure().error); });
              })
      .sink("collect", [&](const std::string& text) { seen.push(text); });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::string>{"itself"});
}

TEST_CASE("a piece is retried before its failure becomes an outcome", "[engine][scatter]") {
  ps::graph g{"retried pieces"};
  collected<tally> seen;
  g.source("jobs", std::vector{4})
      .scatter("pieces", &pieces_of)
      .stage(
          "work",
          [](ps::worker_context& context, const int& n) {
            if (n == 400 && context.attempt() < 3) throw broken_item{"heals"};
            if (n == 401) throw broken_item{"stays"};
            return n;
          },
          ps::workers(2), ps::on_error(ps::retry(2, 0ms)))
      .gather("together", &count)
      .sink("collect", [&](const tally& t) { seen.push(t); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{tally{3, 1}});
}

TEST_CASE("between scatter and gather fail() is still the end of the run", "[engine][scatter]") {
  ps::graph g{"fail"};
  g.source("jobs", std::vector{2})
      .scatter("pieces", &pieces_of)
      .stage(
          "work", [](int) -> int { throw broken_item{"no outcome"}; }, ps::on_error(ps::fail()))
      .gather("together", &count)
      .sink("end", [](const tally&) {});
  CHECK_THROWS_AS(run_to_end(g), broken_item);
}

TEST_CASE("drops leave no outcome", "[engine][scatter]") {
  ps::graph g{"drops"};
  collected<tally> seen;
  g.source("jobs", std::vector{10})
      .scatter("pieces", &pieces_of)
      .stage(
          "work", [](int n) { return n % 2 == 0 ? std::optional{n} : std::nullopt; }, ps::workers(2))
      .filter([](int n) { return n < 1006; })
      .gather("together", &count)
      .sink("collect", [&](const tally& t) { seen.push(t); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{tally{3, 0}});
}

TEST_CASE("gather fires after one-to-many, dropping and broadcasting stages", "[engine][scatter]") {
  ps::graph g{"between"};
  collected<tally> seen;
  auto pieces = g.source("jobs", std::vector{1, 2, 3}).scatter("pieces", &pieces_of);
  auto twice = pieces.stage("twice", [](int n) { return std::vector{n, n}; });
  auto odd = pieces.stage("odd", [](int n) { return n % 2 != 0 ? std::optional{n} : std::nullopt; });
  ps::merge(twice, odd).gather("together", &count).sink("collect", [&](const tally& t) { seen.push(t); });
  run_to_end(g);
  CHECK(seen.sorted() == std::vector{tally{2, 0}, tally{5, 0}, tally{7, 0}});
}

TEST_CASE("nested scopes close innermost first", "[engine][scatter]") {
  ps::graph g{"nested"};
  collected<std::pair<std::size_t, int>> seen;
  const auto sum = [](std::vector<ps::outcome<int>> pieces) {
    int total = 0;
    for (const auto& piece : pieces) total += piece.value();
    return total;
  };
  g.source("jobs", std::vector{2, 3})
      .scatter("rows", [](int n) { return std::vector<int>(static_cast<std::size_t>(n), n); })
      .scatter("cells", [](int n) { return std::vector<int>(static_cast<std::size_t>(n), 1); })
      .stage("work", &pass, ps::workers(2))
      .gather("row", sum)
      .gather("grid",
              [sum](std::vector<ps::outcome<int>> rows) {
                const std::size_t size = rows.size();
                return std::pair{size, sum(std::move(rows))};
              })
      .sink("collect", [&](const std::pair<std::size_t, int>& grid) { seen.push(grid); });
  run_to_end(g);
  CHECK(seen.sorted() == std::vector<std::pair<std::size_t, int>>{{2, 4}, {3, 9}});
}

TEST_CASE("max_open bounds the jobs between scatter and gather", "[engine][scatter]") {
  ps::graph g{"open"};
  std::atomic<int> open{0};
  std::atomic<int> most{0};
  headcount gathered;
  g.source("jobs", numbers(50))
      .scatter(
          "pieces",
          [&](int n) {
            most = std::max(most.load(), ++open);
            return pieces_of(n % 5);
          },
          ps::max_open(3))
      .stage("work", &pass, ps::workers(4), ps::blocking)
      .gather("together",
              [&](std::vector<ps::outcome<int>> pieces) {
                --open;
                return pieces.size();
              })
      .sink("count", [&](std::size_t) { gathered.arrive(); });
  run_to_end(g);
  CHECK(gathered.count() == 50);
  CHECK(most <= 3);
}

TEST_CASE("a job that exhausts max_held fails with a message and waits for nobody", "[engine][scatter]") {
  ps::graph g{"held"};
  g.source("jobs", std::vector{100})
      .scatter("pieces", &pieces_of)
      .stage("work", &pass)
      .gather("together", &count, ps::max_held(10))
      .sink("end", [](const tally&) {});
  const auto text = text_of<ps::error>([&] { run_to_end(g); });
  CHECK(mentions(text, "together"));
  CHECK(mentions(text, "10"));
}

TEST_CASE("a scatter that throws fails the run", "[engine][scatter]") {
  ps::graph g{"bad scatter"};
  g.source("jobs", std::vector{1})
      .scatter("pieces", [](int) -> std::vector<int> { throw broken_item{"scatter"}; })
      .gather("together", &count)
      .sink("end", [](const tally&) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "scatter");
}

TEST_CASE("a gather that throws fails the run", "[engine][scatter]") {
  ps::graph g{"bad gather"};
  g.source("jobs", std::vector{1})
      .scatter("pieces", &pieces_of)
      .gather("together", [](std::vector<ps::outcome<int>>) -> int { throw broken_item{"gather"}; })
      .sink("end", [](int) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "gather");
}

TEST_CASE("many jobs of very different size are all gathered, under little capacity", "[engine][scatter]") {
  ps::graph g{"skewed"};
  collected<std::size_t> seen;
  std::vector<int> jobs;
  std::vector<std::size_t> expected;
  for (int i = 0; i < 200; ++i) {
    jobs.push_back(i % 20 == 0 ? 400 : i % 7);
    expected.push_back(static_cast<std::size_t>(jobs.back()));
  }
  std::sort(expected.begin(), expected.end());
  g.source("jobs", jobs)
      .scatter("pieces", &pieces_of)
      .stage("a", &pass, ps::workers(2), ps::per_core, ps::capacity(4))
      .stage("b", &pass, ps::capacity(1))
      .gather("together", [](std::vector<ps::outcome<int>> pieces) { return pieces.size(); })
      .sink(
          "collect", [&](std::size_t n) { seen.push(n); }, ps::capacity(2));
  run_to_end(g);
  CHECK(seen.sorted() == expected);
}

TEST_CASE("a job that is too large for max_held is not tried again, however often that is allowed",
          "[engine][scatter]") {
  ps::graph g{"too large"};
  g.source("one", numbers(1))
      .scatter("pieces", [](int) { return numbers(100); })
      .gather("together", &count, ps::max_held(10), ps::on_error(ps::retry(1000000, 0ns), ps::skip()))
      .sink("end", [](const tally&) {});
  const auto all = run_to_end(g);
  CHECK(stage_of(all, "together").retries == 0);
  CHECK(stage_of(all, "together").skipped == 1);
}
