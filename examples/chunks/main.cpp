// Chunks: measurements come one by one and are written many at a time, by key and with a time limit.
//
// A job is acknowledged when the chunk that it is in was written, not when it was put there: what a program
// loses when it ends in between comes again from its queue.

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>
#include <penstock/penstock.hpp>

namespace ps = penstock;
using namespace ps::literals;

namespace {

struct measurement {
  int number = 0;
  std::string sensor;
};
BOOST_DESCRIBE_STRUCT(measurement, (), (number, sensor))  // so that what it owns is weighed

/// Stands in for a queue that is told what became of each of its jobs.
class measurements {
 public:
  explicit measurements(int* done) : done_{done} {}
  std::optional<measurement> operator()() {
    if (next_ == 1000) return std::nullopt;
    const int n = next_++;
    return measurement{n, n % 3 == 0 ? "north" : "south"};
  }
  void ack(const measurement&) { ++*done_; }

 private:
  int* done_;
  int next_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  ps::runtime rt{argc, argv};
  int done = 0;
  int rows = 0;
  int inserts = 0;

  ps::graph g{"chunks"};
  g.source("pull", measurements{&done})
      .by_key([](const measurement& m) { return m.sensor; })
      .chunk("rows", 100, 50ms, ps::max_held(10'000))
      .sink("insert", [&](const std::vector<measurement>& chunk) {
        ++inserts;  // one statement for all of them
        rows += static_cast<int>(chunk.size());
      });
  const int exit_code = rt.run(g);

  std::cout << rows << " rows in " << (inserts < 100 ? "few" : "too many") << " inserts, " << done
            << " jobs done\n";
  return exit_code;
}
