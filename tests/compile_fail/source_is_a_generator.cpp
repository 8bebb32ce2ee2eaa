// expect: penstock: .*source.*callable
// A generator runs once; a graph, any number of times: the source is what makes it.
#include <penstock/penstock.hpp>

penstock::generator<int> count() { co_yield 1; }

void build(penstock::graph& g) {
  g.source("numbers", count()).sink("end", [](int) {});
}
