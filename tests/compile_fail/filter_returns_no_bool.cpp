// expect: penstock: .*filter.*bool
// A filter says yes or no.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .filter([](int n) { return std::string(1, static_cast<char>(n)); })
      .sink("end", [](int) {});
}
