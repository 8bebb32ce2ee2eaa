// expect: penstock: .*operator.*can't take
// A filter looks at items that go on.
#include <memory>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .stage("wrap", [](int n) { return std::make_unique<int>(n); })
      .filter([](std::unique_ptr<int> box) { return *box > 0; })
      .sink("end", [](const std::unique_ptr<int>&) {});
}
