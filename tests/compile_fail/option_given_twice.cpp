// expect: penstock: .*twice
// Of two values one would be ignored.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::blocking, penstock::workers(2), penstock::cooperative);
}
