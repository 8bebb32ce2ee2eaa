// expect: penstock: max_held_bytes is an option of chunk
// A gather counts pieces.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .scatter("pieces", [](int n) { return std::vector<int>(3, n); })
      .gather(
          "together", [](const std::vector<penstock::outcome<int>>& all) { return all.size(); },
          penstock::max_held_bytes(100))
      .sink("end", [](std::size_t) {});
}
