// expect: penstock: on_end must return void
// What comes out at the end needs somebody to take it.
#include <vector>

#include <penstock/penstock.hpp>

struct sum {
  int all = 0;
  void operator()(int n) { all += n; }
  int on_end() const { return all; }
};

void build(penstock::graph& g) { g.source("numbers", std::vector<int>{1}).sink("work", sum{}); }
