// expect: penstock: memory_limit is an option of
// A source has no process of its own.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}, penstock::memory_limit(1 << 20)).sink("end", [](int) {});
}
