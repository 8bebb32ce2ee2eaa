// expect: penstock: by_key is followed by stage
// The keys are for the next stage's workers; a fused operator has none.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .by_key([](int n) { return n; })
      .map([](int n) { return n + 1; })
      .sink("end", [](int) {});
}
