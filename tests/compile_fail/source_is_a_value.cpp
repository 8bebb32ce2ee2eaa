// expect: penstock: .*source.*range.*callable
// A number is no source.
#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", 17).map([](int n) { return n; }).sink("end", [](int) {});
}
