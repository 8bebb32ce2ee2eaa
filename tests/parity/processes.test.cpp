// Scenarios about how a whole process ends: each forks a child that runs a graph, and looks at how the child
// ended.

#include <csignal>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

#include <penstock_test/catch.hpp>

#include "../runtime/engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// A forked child that runs `body` and exits with what it returns. A child that hangs is ended by its alarm.
class child_process {
 public:
  template <class Body>
  explicit child_process(Body body) {
    REQUIRE(pipe(pipe_) == 0);
    id_ = fork();
    REQUIRE(id_ >= 0);
    if (id_ != 0) return;
    alarm(60);
    _exit(body(pipe_[1]));
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process() {
    close(pipe_[0]);
    close(pipe_[1]);
  }

  /// Waits until the child wrote a byte.
  bool await_byte() {
    close(std::exchange(pipe_[1], -1));
    char byte = 0;
    return read(pipe_[0], &byte, 1) == 1;
  }
  void send(int signal) { kill(id_, signal); }

  /// The exit code, or minus the signal that ended the child.
  int ended_with() {
    int status = 0;
    if (waitpid(id_, &status, 0) != id_) return -1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  int pipe_[2] = {-1, -1};
  pid_t id_ = -1;
};

void write_byte(int descriptor) {
  const char byte = 'x';
  if (write(descriptor, &byte, 1) != 1) _exit(99);
}

/// Runs an endless graph that tells over `descriptor` when its first item arrived.
int run_endless(int descriptor) {
  ps::runtime rt{ps::runtime_options{}};
  ps::graph g{"endless"};
  std::size_t made = 0;
  std::size_t seen = 0;
  g.source("numbers",
           [&]() -> std::optional<int> {
             ++made;
             return 1;
           })
      .stage(
          "pass", [](int n) { return n; }, ps::workers(2), ps::blocking)
      .sink("end", [&](int) {
        if (seen++ == 0) write_byte(descriptor);
      });
  const int code = rt.run(g);
  return code == 0 && made != seen ? 98 : code;
}

/// Runs a graph whose sink ends only on an abort, and whose source sends SIGINT again once it is told to
/// drain.
int run_until_aborted(int descriptor) {
  ps::runtime rt{ps::runtime_options{}};
  ps::graph g{"until aborted"};
  headcount nobody;
  g.source(
       "drains",
       [&, first = true](ps::source_context& context) mutable -> std::optional<int> {
         if (std::exchange(first, false)) return 1;
         while (!context.stop_requested()) nobody.await_for(1, 5ms);
         kill(getpid(), SIGINT);
         return std::nullopt;
       },
       ps::blocking)
      .sink(
          "stuck",
          [&](ps::worker_context& context, int) {
            write_byte(descriptor);
            while (!context.stop_requested()) nobody.await_for(1, 5ms);
          },
          ps::blocking);
  return rt.run(g);
}

}  // namespace

TEST_CASE("SIGTERM: the run drains, and the exit code is 0", "[parity][processes]") {
  child_process child{&run_endless};
  REQUIRE(child.await_byte());
  child.send(SIGTERM);
  CHECK(child.ended_with() == 0);
}

TEST_CASE("SIGINT: the run drains, and the exit code is 0", "[parity][processes]") {
  child_process child{&run_endless};
  REQUIRE(child.await_byte());
  child.send(SIGINT);
  CHECK(child.ended_with() == 0);
}

TEST_CASE("a second SIGINT aborts the run: the exit code is 128 + 2", "[parity][processes]") {
  child_process child{&run_until_aborted};
  REQUIRE(child.await_byte());
  child.send(SIGINT);
  CHECK(child.ended_with() == 128 + SIGINT);
}

TEST_CASE("an exit inside a body of a cooperative worker ends the process with that code",
          "[parity][processes]") {
  child_process child{[](int) {
    ps::runtime rt{ps::runtime_options{}};
    ps::graph g{"exit"};
    g.source("numbers", endless())
        .stage("exit",
               [](int n) -> int {
                 if (n == 100) std::exit(3);
                 return n;
               })
        .sink("end", [](int) {});
    return rt.run(g);
  }};
  CHECK(child.ended_with() == 3);
}

TEST_CASE("an exit inside a body of a blocking worker ends the process with that code",
          "[parity][processes]") {
  child_process child{[](int) {
    ps::runtime rt{ps::runtime_options{}};
    ps::graph g{"exit"};
    g.source("numbers", endless())
        .sink(
            "exit",
            [](int n) {
              if (n == 100) std::exit(3);
            },
            ps::workers(2), ps::blocking);
    return rt.run(g);
  }};
  CHECK(child.ended_with() == 3);
}

TEST_CASE("a source that exits in the middle of the stream ends the process with that code",
          "[parity][processes]") {
  child_process child{[](int) {
    ps::runtime rt{ps::runtime_options{}};
    ps::graph g{"source exits"};
    g.source("numbers",
             [n = 0]() mutable -> std::optional<int> {
               if (n == 1000) std::exit(4);
               return n++;
             })
        .stage(
            "pass", [](int n) { return n; }, ps::workers(2), ps::blocking)
        .sink("end", [](int) {});
    return rt.run(g);
  }};
  CHECK(child.ended_with() == 4);
}

TEST_CASE("a run that fails ends the process with exit code 1", "[parity][processes]") {
  child_process child{[](int) {
    ps::runtime rt{ps::runtime_options{}};
    ps::graph g{"fails"};
    g.source("numbers", endless()).sink("end", [](int) { throw broken_item{"expected by a test"}; });
    return rt.run(g);
  }};
  CHECK(child.ended_with() == 1);
}
