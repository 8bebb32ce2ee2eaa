// expect: penstock: .*option
// max_held bounds what a gather holds: a plain stage can't take it.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .stage(
          "work", [](int n) { return n; }, penstock::max_held(10))
      .sink("end", [](int) {});
}
