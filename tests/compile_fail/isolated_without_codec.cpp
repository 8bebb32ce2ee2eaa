// expect: penstock: isolated .*codec.hpp.*DESCRIBE
// What goes to another process must be written down: the header is named.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::isolated);
}
