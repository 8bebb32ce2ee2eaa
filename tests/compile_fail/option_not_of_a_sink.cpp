// expect: penstock: .*option
// in_flight counts the jobs of a source: a sink can't take it.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::in_flight(4));
}
