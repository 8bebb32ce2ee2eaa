// std::exit where it must not be called: the process ends at once, with that code and a sentence that says
// who did it. (Elsewhere it hangs.)

#include <atomic>
#include <cstdlib>
#include <memory>

#include <penstock_test/catch.hpp>
#include <penstock_test/child_process.hpp>

#include "../runtime/engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// A body that exits with the code `code` in one of its hooks. Only one of its workers does so: what happens
/// when two threads call std::exit at a time is undefined.
struct exiting {
  enum class place { start, end, stop } where;
  int code;
  std::shared_ptr<std::atomic_flag> left = std::make_shared<std::atomic_flag>();
  void on_start() const { leave(place::start); }
  int operator()(int n) const { return n; }
  void on_end() const { leave(place::end); }
  void on_stop() const { leave(place::stop); }

 private:
  void leave(place here) const {
    if (where == here && !left->test_and_set()) std::exit(code);
  }
};

/// Runs the graph that `build` makes in a child, which must end with `code` and name graph and stage.
template <class Build>
void check_exit(int code, const std::string& stage, Build build) {
  child_process child{[&](int) {
    ps::runtime rt{ps::runtime_options{}};
    ps::graph g{"exits"};
    build(g);
    return rt.run(g);
  }};
  CHECK(child.ended_with() == code);
  INFO(child.messages());
  CHECK(mentions(child.messages(), "graph 'exits', stage '" + stage + "': std::exit("));
  CHECK(mentions(child.messages(), "inside a body"));
}

}  // namespace

TEST_CASE("an exit inside a body of a cooperative worker ends the process with that code",
          "[parity][processes]") {
  check_exit(3, "leaves", [](ps::graph& g) {
    g.source("numbers", endless())
        .stage("leaves",
               [](int n) -> int {
                 if (n == 100) std::exit(3);
                 return n;
               })
        .sink("end", [](int) {});
  });
}

TEST_CASE("an exit inside a body of a blocking worker ends the process with that code",
          "[parity][processes]") {
  check_exit(3, "leaves", [](ps::graph& g) {
    g.source("numbers", endless())
        .sink(
            "leaves",
            [](int n) {
              if (n == 100) std::exit(3);
            },
            ps::workers(2), ps::blocking);
  });
}

TEST_CASE("a source that exits in the middle of the stream ends the process with that code",
          "[parity][processes]") {
  check_exit(4, "numbers", [](ps::graph& g) {
    g.source("numbers",
             [n = 0]() mutable -> std::optional<int> {
               if (n == 1000) std::exit(4);
               return n++;
             })
        .stage(
            "pass", [](int n) { return n; }, ps::workers(2), ps::blocking)
        .sink("end", [](int) {});
  });
}

TEST_CASE("an exit inside a hook ends the process with that code", "[parity][processes]") {
  for (const auto where : {exiting::place::start, exiting::place::end, exiting::place::stop}) {
    for (const unsigned workers : {1U, 2U}) {
      check_exit(6, "leaves", [&](ps::graph& g) {
        g.source("numbers", numbers(10))
            .stage("leaves", exiting{where, 6}, ps::workers(workers))
            .sink("end", [](int) {});
      });
    }
  }
}

TEST_CASE("an exit inside an operator that is fused to a stage ends the process with that code",
          "[parity][processes]") {
  check_exit(5, "pass", [](ps::graph& g) {
    g.source("numbers", numbers(10))
        .stage("pass", [](int n) { return n; })
        .map([](int n) {
          if (n == 3) std::exit(5);
          return n;
        })
        .sink("end", [](int) {});
  });
}

TEST_CASE("an exit with code 0 inside a body is no success", "[parity][processes]") {
  check_exit(1, "leaves", [](ps::graph& g) {
    g.source("numbers", numbers(10)).sink("leaves", [](int) { std::exit(0); });
  });
}

TEST_CASE("an exit inside an operator that is fused to a source ends the process with that code",
          "[parity][processes]") {
  check_exit(5, "numbers", [](ps::graph& g) {
    g.source("numbers", numbers(10))
        .map([](int n) {
          if (n == 3) std::exit(5);
          return n;
        })
        .sink("end", [](int) {});
  });
}

TEST_CASE("an exit inside a source's hook ends the process with that code", "[parity][processes]") {
  struct leaves_at_start {
    void on_start() const { std::exit(7); }
    std::optional<int> operator()() const { return std::nullopt; }
  };
  check_exit(7, "leaves",
             [](ps::graph& g) { g.source("leaves", leaves_at_start{}).sink("end", [](int) {}); });
}

TEST_CASE("an exit inside a source's ack ends the process with that code", "[parity][processes]") {
  struct leaves_at_ack {
    int left = 3;
    std::optional<int> operator()() { return left-- > 0 ? std::optional{left} : std::nullopt; }
    void ack(int) const { std::exit(7); }
    void nack(int, const std::string&) const {}
  };
  check_exit(7, "leaves", [](ps::graph& g) { g.source("leaves", leaves_at_ack{}).sink("end", [](int) {}); });
}

TEST_CASE("an exit inside a key function ends the process with that code", "[parity][processes]") {
  check_exit(7, "keyed", [](ps::graph& g) {
    g.source("numbers", numbers(10))
        .by_key([](const int& n) {
          if (n == 3) std::exit(7);
          return n;
        })
        .sink(
            "keyed", [](int) {}, ps::workers(2));
  });
}
