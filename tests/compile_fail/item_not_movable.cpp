// expect: penstock: .*move constructor must be noexcept
// Items travel in batches, which are moved.
#include <vector>

#include <penstock/penstock.hpp>

struct fixed {
  fixed() = default;
  fixed(const fixed&) {}
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .stage("work", [](int) { return fixed{}; })
      .sink("end", [](const fixed&) {});
}
