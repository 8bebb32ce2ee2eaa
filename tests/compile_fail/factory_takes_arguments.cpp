// expect: penstock: each_worker.*without arguments
// each_worker makes bodies, it is not a body.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .stage("work", penstock::each_worker([](int n) { return n; }))
      .sink("end", [](int) {});
}
