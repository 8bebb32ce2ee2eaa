// expect: penstock: .*per_core
// A source is one, not one per core.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}, penstock::per_core).sink("end", [](int) {});
}
