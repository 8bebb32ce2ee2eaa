#include <memory>
#include <string>
#include <utility>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// A graph whose one item waits until it is let go.
struct held_graph {
  ps::graph g{"held"};
  headcount released;

  held_graph() {
    g.source("numbers", numbers(1))
        .sink(
            "end", [this](int) { require_arrivals(released, 1); }, ps::blocking);
  }
};

/// Notes whether it still stood when `gone` was set.
struct late_guest {
  std::shared_ptr<bool> gone;
  std::shared_ptr<bool> was_late;
  late_guest(std::shared_ptr<bool> g, std::shared_ptr<bool> late)
      : gone{std::move(g)}, was_late{std::move(late)} {}
  late_guest(const late_guest&) = delete;
  late_guest& operator=(const late_guest&) = delete;
  ~late_guest() { *was_late = *gone; }
};

}  // namespace

TEST_CASE("who is called at the end may end the handle of the run right there", "[engine][ends]") {
  ps::graph g{"ends itself"};
  headcount released;
  headcount gone;
  g.source("numbers", numbers(1))
      .sink(
          "end", [&](int) { require_arrivals(released, 1); }, ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  auto r = std::make_unique<ps::run>(rt.start(g));
  r->when_ended([&] {
    r.reset();
    gone.arrive();
  });
  released.arrive();
  CHECK(gone.await(1));
}

TEST_CASE("who is called at the end may hold the last handle of the run", "[engine][ends]") {
  held_graph held;
  headcount called;
  {
    ps::runtime rt{ps::runtime_options{}};
    auto r = std::make_shared<ps::run>(rt.start(held.g));
    r->when_ended([r, &called] { called.arrive(); });
    r = nullptr;
    held.released.arrive();
    CHECK(called.await(1));
  }
}

TEST_CASE("what is captured by those who are called at the end goes before the run does", "[engine][ends]") {
  for (int i = 0; i < 50; ++i) {
    held_graph held;
    const auto gone = std::make_shared<bool>(false);
    const auto late = std::make_shared<bool>(true);
    ps::runtime rt{ps::runtime_options{}};
    {
      ps::run r = rt.start(held.g);
      r.when_ended([guest = std::make_shared<late_guest>(gone, late)] {});
      held.released.arrive();
      r.wait();
    }
    *gone = true;
    CHECK(!*late);
  }
}

TEST_CASE("who is called at the end may end another run's handle", "[engine][ends]") {
  held_graph first;
  auto& second = *new held_graph;  // that run is kept until the process ends, with all that it refers to
  headcount gone;
  ps::runtime rt{ps::runtime_options{}};
  auto other = std::make_unique<ps::run>(rt.start(second.g));
  ps::run r = rt.start(first.g);
  r.when_ended([&] {
    other.reset();
    gone.arrive();
  });
  first.released.arrive();
  CHECK(gone.await(1));
  second.released.arrive();
}

TEST_CASE("who is called at the end is told that it can't wait for another run", "[engine][ends]") {
  held_graph first;
  held_graph second;
  headcount called;
  std::string text;
  ps::runtime rt{ps::runtime_options{}};
  ps::run other = rt.start(second.g);
  ps::run r = rt.start(first.g);
  r.when_ended([&] {
    text = text_of<ps::error>([&] { other.wait(); });
    called.arrive();
  });
  first.released.arrive();
  CHECK(called.await(1));
  CHECK(mentions(text, "when_ended"));
  second.released.arrive();
}
