// expect: penstock: workers is an option of stage
// A chunk is one for its stream, whatever pools stand around it.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .chunk("rows", 5, penstock::workers(3))
      .sink("end", [](const auto&) {});
}
