// expect: penstock: on_start, on_end and on_stop
// A hook that can't be called must not be taken for no hook.
#include <vector>

#include <penstock/penstock.hpp>

struct sum {
  int operator()(int n) const { return n; }
  void on_end(int last) const;
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}).stage("work", sum{}).sink("end", [](int) {});
}
