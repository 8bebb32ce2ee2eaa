// expect: penstock: loses_held_items is an option of stage, scatter
// A sink gives nothing out, so there is nothing that it could keep for later.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::loses_held_items);
}
