// expect: penstock: .*codec.hpp.*(describ|DESCRIBE)
// What writes items down must have read how: the header is named.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::on_error(penstock::dead_letter()));
}
