// expect: penstock: ordered .*option
// A sink has no results that could be in order.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::ordered);
}
