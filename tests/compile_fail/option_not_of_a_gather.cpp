// expect: penstock: max_open .*scatter
// Jobs are let in where they are scattered.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .scatter("pieces", [](int n) { return std::vector<int>(3, n); })
      .gather(
          "whole", [](const std::vector<penstock::outcome<int>>& all) { return all.size(); },
          penstock::max_open(3))
      .sink("end", [](std::size_t) {});
}
