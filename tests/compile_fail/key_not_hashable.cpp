// expect: penstock: .*key.*std::hash
// Keys are told apart by their hash.
#include <vector>

#include <penstock/penstock.hpp>

struct key {
  int n;
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}).by_key([](int n) { return key{n}; }).sink("end", [](int) {});
}
