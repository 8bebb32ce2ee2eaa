// expect: penstock: the function given to timeout must take the stage's items
// A limit is asked about the items of the stage.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::blocking,
          penstock::timeout([](const std::string& text) { return std::chrono::seconds{text.size()}; }));
}
