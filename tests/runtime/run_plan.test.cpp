#include <penstock/runtime/run_plan.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

int pass(int n) { return n; }
void nothing(const int&) {}
std::vector<int> pieces(int n) { return {n, n}; }
int count(std::vector<ps::outcome<int>> all) { return static_cast<int>(all.size()); }

auto numbers(ps::graph& g) { return g.source("numbers", std::vector<int>{1, 2, 3}); }

const ps::stage_plan& stage_of(const ps::run_plan& plan, const std::string& name) {
  for (const auto& each : plan.stages) {
    if (each.stage == name) return each;
  }
  throw std::out_of_range{"no stage " + name};
}

std::string problem_of(const ps::graph& g, const ps::settings& overrides = {}) {
  try {
    ps::make_plan(g.data(), overrides);
  } catch (const ps::error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("producers come before their consumers in every plan") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random{seed};
    ps::graph g{"random"};
    std::vector<ps::stream<int>> streams{numbers(g)};
    for (int i = 0; i < 8; ++i) {
      const auto& from = streams[random() % streams.size()];
      const auto& other = streams[random() % streams.size()];
      const auto name = "stage " + std::to_string(i);
      switch (random() % 3) {
        case 0:
          streams.push_back(from.stage(name, &pass));
          break;
        case 1:
          streams.push_back(from.map("op " + std::to_string(i), &pass).stage(name, &pass));
          break;
        default:
          streams.push_back(ps::merge(from, other).stage(name, &pass));
      }
    }
    for (std::size_t i = 0; i < streams.size(); ++i) streams[i].sink("end " + std::to_string(i), &nothing);
    const auto plan = ps::make_plan(g.data(), {});
    for (std::size_t i = 0; i < plan.members.size(); ++i) {
      for (const auto input : plan.members[i].inputs) REQUIRE(input < i);
    }
  }
}

TEST_CASE("a stage without options has one worker in order, 4096 items and 16 MiB") {
  ps::graph g{"g"};
  numbers(g).stage("work", &pass).sink("end", &nothing);
  const auto plan = ps::make_plan(g.data(), {});
  const auto& work = stage_of(plan, "work");
  CHECK(work.workers == 1);
  CHECK(work.ordered);
  CHECK(work.capacity == 4096);
  CHECK(work.bytes == 16ULL << 20);
  CHECK(work.pool == ps::pool_kind::cooperative);
}

TEST_CASE("several workers are unordered unless asked") {
  ps::graph g{"g"};
  numbers(g)
      .stage("work", &pass, ps::workers(3))
      .stage("sorted", &pass, ps::workers(3), ps::ordered)
      .sink("end", &nothing);
  const auto plan = ps::make_plan(g.data(), {});
  CHECK_FALSE(stage_of(plan, "work").ordered);
  CHECK(stage_of(plan, "sorted").ordered);
}

TEST_CASE("a setting from outside wins over the program") {
  ps::graph g{"g"};
  numbers(g).stage("work", &pass, ps::workers(3), ps::capacity(10)).sink("end", &nothing);
  ps::settings overrides;
  overrides.set("work.workers=5");
  overrides.set("work.pool=blocking");
  const auto plan = ps::make_plan(g.data(), overrides);
  CHECK(stage_of(plan, "work").workers == 5);
  CHECK(stage_of(plan, "work").capacity == 10);
  CHECK(stage_of(plan, "work").pool == ps::pool_kind::blocking);
}

TEST_CASE("a setting for a stage that the graph lacks is refused") {
  ps::graph g{"g"};
  numbers(g).sink("end", &nothing);
  ps::settings overrides;
  overrides.set("nobody.workers=5");
  CHECK(problem_of(g, overrides).find("nobody") != std::string::npos);
}

TEST_CASE("a scatter and its gather share a pair, nested ones have pairs of their own") {
  ps::graph g{"g"};
  numbers(g)
      .scatter("outer", &pieces)
      .scatter("inner", &pieces, ps::max_open(7))
      .gather("inner end", &count)
      .gather("outer end", &count)
      .sink("end", &nothing);
  const auto plan = ps::make_plan(g.data(), {});
  CHECK(stage_of(plan, "outer").scatter == stage_of(plan, "outer end").gather);
  CHECK(stage_of(plan, "inner").scatter == stage_of(plan, "inner end").gather);
  CHECK_FALSE(stage_of(plan, "inner").scatter == stage_of(plan, "outer").scatter);
  CHECK(stage_of(plan, "inner").max_open == 7);
  CHECK(stage_of(plan, "inner end").gather_open == 7);
  CHECK(stage_of(plan, "outer").max_open == 64);
}

TEST_CASE("a scatter that no gather follows is refused, and a gather without a scatter") {
  ps::graph open{"open"};
  numbers(open).scatter("tiles", &pieces).sink("end", &nothing);
  CHECK(problem_of(open).find("'tiles'") != std::string::npos);
  ps::graph alone{"alone"};
  numbers(alone).gather("together", &count).sink("end", &nothing);
  CHECK(problem_of(alone).find("'together'") != std::string::npos);
}

TEST_CASE("a gather to which other items come beside the pieces of its scatter is refused") {
  ps::graph g{"g"};
  const auto all = numbers(g);
  ps::merge(all.scatter("tiles", &pieces), all).gather("together", &count).sink("end", &nothing);
  const auto problem = problem_of(g);
  CHECK(problem.find("gather 'together'") != std::string::npos);
  CHECK(problem.find("scatter 'tiles'") != std::string::npos);
}

TEST_CASE("a gather to which pieces of two scatters come is refused, nested or not") {
  ps::graph side_by_side{"side by side"};
  const auto all = numbers(side_by_side);
  const auto left = all.scatter("left", &pieces);
  ps::merge(left, all.scatter("right", &pieces)).gather("together", &count).sink("end", &nothing);
  CHECK(problem_of(side_by_side).find("two scatters lead to it, 'left' and 'right'") != std::string::npos);

  ps::graph nested{"nested"};
  const auto outer = numbers(nested).scatter("outer", &pieces);
  ps::merge(outer.scatter("inner", &pieces), outer).gather("together", &count).sink("end", &nothing);
  CHECK(problem_of(nested).find("two scatters lead to it") != std::string::npos);
}

TEST_CASE("branches within a scope may meet again, or end in a sink") {
  ps::graph g{"g"};
  const auto tiles = numbers(g).scatter("tiles", &pieces);
  tiles.sink("look", &nothing);
  ps::merge(tiles.stage("one", &pass), tiles.stage("two", &pass))
      .gather("together", &count)
      .sink("end", &nothing);
  CHECK_NOTHROW(ps::make_plan(g.data(), {}));
}

TEST_CASE("a body with many outputs is not tried again without a maximum of them") {
  ps::graph g{"g"};
  numbers(g)
      .stage("many", &pieces, ps::on_error(ps::retry(1, std::chrono::milliseconds{1})))
      .sink("end", &nothing);
  CHECK(problem_of(g).find("stage 'many'") != std::string::npos);
  CHECK(problem_of(g).find("max_output") != std::string::npos);
}

TEST_CASE("a scatter that leads to two gathers is refused with both names") {
  ps::graph g{"g"};
  const auto tiles = numbers(g).scatter("tiles", &pieces);
  tiles.gather("one", &count).sink("end", &nothing);
  tiles.gather("two", &count).sink("other end", &nothing);
  const auto problem = problem_of(g);
  CHECK(problem.find("'one'") != std::string::npos);
  CHECK(problem.find("'two'") != std::string::npos);
}

TEST_CASE("a limit on jobs makes a source keep track of them, and bounds what scatters open") {
  ps::graph g{"g"};
  g.source("jobs", std::vector<int>{1}, ps::in_flight(3))
      .scatter("tiles", &pieces)
      .gather("all", &count)
      .sink("end", &nothing);
  const auto plan = ps::make_plan(g.data(), {});
  CHECK(plan.sources[0].acknowledges);
  CHECK(plan.sources[0].in_flight == 3);
  CHECK(stage_of(plan, "tiles").max_open == 3);
}
