// expect: penstock: .*vector<bool>
// What a vector of bool hands out is no bool.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("bits", std::vector<bool>{true}).sink("end", [](bool) {});
}
