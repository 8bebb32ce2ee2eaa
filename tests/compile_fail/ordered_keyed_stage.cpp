// expect: penstock: .*by_key.*ordered
// Behind by_key the order of all items is nobody's to keep.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .by_key([](int n) { return n; })
      .stage(
          "work", [](int n) { return n; }, penstock::workers(2), penstock::ordered)
      .sink("end", [](int) {});
}
