// expect: penstock: flatten needs
// A number has no parts.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}).flatten().sink("end", [](int) {});
}
