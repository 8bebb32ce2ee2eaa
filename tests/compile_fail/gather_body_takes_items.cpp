// expect: penstock: .*gather.*outcome
// A gather gets all pieces of a job at once.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .scatter("pieces", [](int n) { return std::vector<int>(3, n); })
      .gather("whole", [](int n) { return n; })
      .sink("end", [](int) {});
}
