// expect: penstock: merge takes streams
// Only streams can be merged.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  auto numbers = g.source("numbers", std::vector<int>{1});
  penstock::merge(numbers, 17).sink("end", [](int) {});
}
