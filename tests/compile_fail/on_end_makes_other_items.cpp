// expect: penstock: on_end must return
// What on_end gives goes the way of the results.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

struct sum {
  int operator()(int n) const { return n; }
  std::string on_end() const { return "all"; }
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}).stage("work", sum{}).sink("end", [](int) {});
}
