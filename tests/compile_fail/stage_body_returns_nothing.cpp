// expect: penstock: .*stage.*must return
// A stage without results is a sink.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .stage("work", [](int) {})
      .map([](int n) { return n; })
      .sink("end", [](int) {});
}
