// expect: penstock: .*sink.*return
// What a sink's body returns would be lost.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}).sink("end", [](int n) { return n + 1; });
}
