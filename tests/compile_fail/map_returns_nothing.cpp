// expect: penstock: .*map.*must return
// What only looks is tap.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}).map([](int) {}).sink("end", [](int) {});
}
