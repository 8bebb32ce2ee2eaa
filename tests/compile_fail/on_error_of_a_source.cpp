// expect: penstock: on_error .*source
// What a source throws concerns no item.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}, penstock::on_error(penstock::skip())).sink("end", [](int) {});
}
