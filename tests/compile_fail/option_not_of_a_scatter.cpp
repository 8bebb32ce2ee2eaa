// expect: penstock: max_held .*gather
// Pieces are held where they come together.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .scatter(
          "pieces", [](int n) { return std::vector<int>(3, n); }, penstock::max_held(3))
      .gather("whole", [](const std::vector<penstock::outcome<int>>& all) { return all.size(); })
      .sink("end", [](std::size_t) {});
}
