#include <chrono>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>
#include <penstock/runtime/run_plan.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

int pass(int n) { return n; }
void nothing(int) {}
std::vector<int> pieces(int n) { return std::vector<int>(3, n); }
std::vector<int> numbers() { return {1, 2, 3}; }

/// What planning a graph named "wrong" says, with a setting from outside if one is given; empty if it is
/// fine.
template <class Build>
std::string refusal(Build build, const std::string& setting = {}) {
  ps::graph g{"wrong"};
  build(g);
  ps::settings outside;
  if (!setting.empty()) outside.set(setting);
  try {
    ps::make_plan(g.data(), outside);
  } catch (const ps::error& e) {
    return e.what();
  }
  return {};
}

void check_mentions(const std::string& text, const std::vector<std::string>& parts) {
  for (const auto& part : parts) {
    INFO("'" << text << "' should mention '" << part << "'");
    CHECK(text.find(part) != std::string::npos);
  }
}

void keyed(ps::graph& g) {
  g.source("numbers", numbers()).by_key(&pass).stage("work", &pass, ps::workers(2)).sink("end", &nothing);
}

void many(ps::graph& g) {
  g.source("numbers", numbers()).stage("many", &pieces, ps::max_output(3)).sink("end", &nothing);
}

void fused(ps::graph& g) {
  g.source("numbers", numbers())
      .stage("one", &pass, ps::max_output(3))
      .flat_map(&pieces)
      .sink("end", &nothing);
}

}  // namespace

TEST_CASE("an order of all items, set from outside for a stage behind by_key, is refused") {
  for (const char* value : {"true", "false"})
    check_mentions(refusal(&keyed, std::string{"work.ordered="} + value),
                   {"wrong", "stage 'work'", "ordered", "by_key"});
  CHECK(refusal(&keyed).empty());
}

TEST_CASE("a source that is set to one worker per core from outside is refused") {
  check_mentions(refusal(&keyed, "numbers.pool=per_core"), {"wrong", "source 'numbers'", "pool", "per_core"});
  CHECK(refusal(&keyed, "numbers.pool=blocking").empty());
  CHECK(refusal(&keyed, "work.pool=per_core").empty());
}

TEST_CASE("max_output is refused where an item has one result") {
  check_mentions(
      refusal([](ps::graph& g) {
        g.source("numbers", numbers()).stage("one", &pass, ps::max_output(3)).sink("end", &nothing);
      }),
      {"wrong", "stage 'one'", "max_output(3)"});
  check_mentions(refusal(&keyed, "work.max_output=3"), {"wrong", "stage 'work'", "max_output = 3"});
}

TEST_CASE("max_output is taken where an item has many results, of the body or of fused operators") {
  CHECK(refusal(&many).empty());
  CHECK(refusal(&fused).empty());
}

TEST_CASE("max_output of a source is refused where no fused operator makes many results") {
  check_mentions(
      refusal([](ps::graph& g) { g.source("numbers", numbers(), ps::max_output(3)).sink("end", &nothing); }),
      {"wrong", "source 'numbers'", "max_output(3)"});
  CHECK(refusal([](ps::graph& g) {
          g.source("numbers", numbers(), ps::max_output(3)).flat_map(&pieces).sink("end", &nothing);
        }).empty());
}

TEST_CASE("a number of retries below zero is refused, not taken for a large one") {
  check_mentions(refusal([](ps::graph& g) {
                   g.source("numbers", numbers()).sink("end", &nothing, ps::on_error(ps::retry(-1)));
                 }),
                 {"wrong", "sink 'end'", "retry(-1)", "from 0 to 1000000"});
}

TEST_CASE("a backoff below zero is refused") {
  check_mentions(
      refusal([](ps::graph& g) {
        g.source("numbers", numbers()).sink("end", &nothing, ps::on_error(ps::retry(2, -5ns), ps::skip()));
      }),
      {"wrong", "sink 'end'", "retry(2)", "backoff", "-5 ns"});
}
