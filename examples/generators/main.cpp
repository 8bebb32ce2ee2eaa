// Generators: sources without end, and stages that make many items of one, resumed only as credit allows.
//
// The source below would go on for ever, and "hailstones" makes a whole sequence of each number. Yet hardly
// anything is computed that nobody asked for: when the sink has what it wants it says stop, and everything
// upstream ends at once.

#include <cstdint>
#include <iostream>

#include <penstock/penstock.hpp>

namespace ps = penstock;

namespace {

struct step {
  std::uint64_t start;
  std::uint64_t value;
  int number;
};

/// 1, 2, 3, ... and no end.
ps::generator<std::uint64_t> naturals() {
  for (std::uint64_t n = 1;; ++n) co_yield n;
}

/// The way from `start` down to 1: halve what is even, else triple it and add one. Nobody knows how long it
/// gets.
ps::generator<step> hailstones(std::uint64_t start) {
  std::uint64_t value = start;
  for (int number = 0;; ++number) {
    co_yield step{start, value, number};
    if (value == 1) co_return;
    value = value % 2 == 0 ? value / 2 : 3 * value + 1;
  }
}

/// Prints each way that is longer than all before it, and has enough at a hundred steps.
class records {
 public:
  void operator()(ps::worker_context& context, const step& s) {
    ++steps_;
    if (s.value != 1 || s.number <= longest_) return;
    longest_ = s.number;
    std::cout << "from " << s.start << " it takes " << s.number << " steps\n";
    if (longest_ < 100) return;
    context.stop();
    std::cout << "enough: looked at " << steps_ << " steps of an endless stream\n";
  }

 private:
  int longest_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  ps::runtime rt{argc, argv};

  ps::graph g{"generators"};
  g.source("naturals", &naturals).stage("hailstones", &hailstones).sink("records", records{});
  return rt.run(g);
}
