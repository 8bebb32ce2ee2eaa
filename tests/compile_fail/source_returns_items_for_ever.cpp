// expect: penstock: .*source.*optional
// A source that returns plain items could never end.
#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", [] { return 17; }).sink("end", [](int) {});
}
