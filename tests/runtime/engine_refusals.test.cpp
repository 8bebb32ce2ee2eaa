#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// What the error says that building or starting a graph named "wrong" throws.
template <class Build>
std::string refusal(Build build) {
  return text_of<ps::error>([&] {
    ps::graph g{"wrong"};
    build(g);
    ps::runtime rt{ps::runtime_options{}};
    ps::run r = rt.start(g);
    r.wait();
  });
}

void nothing(const int&) {}
int pass(const int& n) { return n; }

void check_mentions(const std::string& text, std::initializer_list<std::string_view> parts) {
  CHECK_FALSE(text.empty());
  for (const auto part : parts) {
    INFO("'" << text << "' should mention '" << std::string{part} << "'");
    CHECK(mentions(text, part));
  }
}

}  // namespace

TEST_CASE("a graph without a source is refused by name", "[engine][refusals]") {
  check_mentions(refusal([](ps::graph&) {}), {"wrong", "source"});
}

TEST_CASE("a stream that nobody consumes is refused, with the stage that makes it", "[engine][refusals]") {
  check_mentions(refusal([](ps::graph& g) { g.source("numbers", numbers(3)).stage("work", &pass); }),
                 {"wrong", "work", "sink"});
}

TEST_CASE("a source that nobody consumes is refused", "[engine][refusals]") {
  check_mentions(refusal([](ps::graph& g) { g.source("numbers", numbers(3)); }),
                 {"wrong", "numbers", "sink"});
}

TEST_CASE("one open end beside a complete chain is refused too", "[engine][refusals]") {
  check_mentions(refusal([](ps::graph& g) {
                   auto s = g.source("numbers", numbers(3));
                   s.sink("end", &nothing);
                   s.stage("forgotten", &pass);
                 }),
                 {"wrong", "forgotten"});
}

TEST_CASE("two stages of one name are refused", "[engine][refusals]") {
  check_mentions(
      refusal([](ps::graph& g) {
        g.source("numbers", numbers(3)).stage("same", &pass).stage("same", &pass).sink("end", &nothing);
      }),
      {"wrong", "same"});
}

TEST_CASE("zero workers are refused", "[engine][refusals]") {
  check_mentions(refusal([](ps::graph& g) {
                   g.source("numbers", numbers(3)).stage("work", &pass, ps::workers(0)).sink("end", &nothing);
                 }),
                 {"wrong", "work", "workers", "0"});
}

TEST_CASE("zero capacity is refused", "[engine][refusals]") {
  check_mentions(
      refusal([](ps::graph& g) {
        g.source("numbers", numbers(3)).stage("work", &pass, ps::capacity(0)).sink("end", &nothing);
      }),
      {"wrong", "work", "capacity", "0"});
}

TEST_CASE("a negative capacity is refused", "[engine][refusals]") {
  check_mentions(
      refusal([](ps::graph& g) { g.source("numbers", numbers(3)).sink("end", &nothing, ps::capacity(-5)); }),
      {"wrong", "end", "capacity", "-5"});
}

TEST_CASE("in_flight(0) is refused", "[engine][refusals]") {
  check_mentions(
      refusal([](ps::graph& g) { g.source("numbers", numbers(3), ps::in_flight(0)).sink("end", &nothing); }),
      {"wrong", "numbers", "in_flight", "0"});
}

TEST_CASE("an empty stage name is refused", "[engine][refusals]") {
  check_mentions(refusal([](ps::graph& g) { g.source("numbers", numbers(3)).sink("", &nothing); }),
                 {"wrong", "name"});
}

TEST_CASE("a graph that is refused is a graph_error", "[engine][refusals]") {
  ps::runtime rt{ps::runtime_options{}};
  ps::graph g{"empty"};
  CHECK_THROWS_AS(rt.start(g), ps::graph_error);
}

TEST_CASE("rt.run of a refused graph returns 1", "[engine][refusals]") {
  ps::runtime rt{ps::runtime_options{}};
  ps::graph g{"empty"};
  CHECK(rt.run(g) == 1);
}

TEST_CASE("a cycle can't be written: a stream merged with what was made of it is a graph that ends",
          "[engine][refusals]") {
  ps::graph g{"no cycle"};
  headcount seen;
  auto s = g.source("numbers", numbers(100));
  s = ps::merge(s, s.stage("again", &pass));
  s.sink("end", [&](int) { seen.arrive(); });
  run_to_end(g);
  CHECK(seen.count() == 200);
}

TEST_CASE("a setting of an unknown stage is refused by name when the run starts", "[engine][refusals]") {
  std::vector<std::string> words{"program", "--set", "nowhere.workers=3"};
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto text = text_of<ps::error>([&] {
    ps::runtime rt{static_cast<int>(words.size()), argv.data()};
    ps::graph g{"settings"};
    g.source("numbers", numbers(1)).sink("end", &nothing);
    ps::run r = rt.start(g);
    r.wait();
  });
  check_mentions(text, {"nowhere"});
}

TEST_CASE("a timeout of a cooperative stage is refused, with graph, stage and value", "[engine][refusals]") {
  ps::graph g{"cliff"};
  g.source("numbers", numbers(1))
      .sink(
          "walk", [](int) {}, ps::timeout(2s));
  const auto text = text_of<ps::graph_error>([&] { run_to_end(g); });
  CHECK(mentions(text, "graph 'cliff', sink 'walk': timeout(2s)"));
  CHECK(mentions(text, "blocking"));
}

TEST_CASE("a timeout out of range is refused as what it was given as", "[engine][refusals]") {
  ps::graph g{"cliff"};
  g.source("numbers", numbers(1))
      .sink(
          "walk", [](int) {}, ps::blocking, ps::timeout(std::chrono::microseconds{3}));
  CHECK(mentions(text_of<ps::graph_error>([&] { run_to_end(g); }),
                 "timeout(3us): expected a duration from 1ms"));
}
