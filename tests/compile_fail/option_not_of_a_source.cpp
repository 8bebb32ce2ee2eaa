// expect: penstock: .*option
// A source is one: a second worker would make its items twice.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}, penstock::workers(2)).sink("end", [](int) {});
}
