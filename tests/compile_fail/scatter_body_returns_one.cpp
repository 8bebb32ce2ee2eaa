// expect: penstock: .*scatter.*range
// One result makes no pieces.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .scatter("pieces", [](int n) { return n; })
      .gather("whole", [](int n) { return n; })
      .sink("end", [](int) {});
}
