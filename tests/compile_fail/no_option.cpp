// expect: penstock: .*not an option
// A number says nothing of what it counts.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, 4);
}
