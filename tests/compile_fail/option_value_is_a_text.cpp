// expect: penstock: .*whole numbers
// Options are numbers, not their names.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::workers("four"));
}
