// expect: penstock: .*flat_map.*range
// One result for each item is map.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}).flat_map([](int n) { return n + 1; }).sink("end", [](int) {});
}
