// expect: penstock: .*never applies
// Rules are tried in the order given, and skip takes whatever comes.
#include <stdexcept>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::on_error(penstock::skip(), penstock::fail().when<std::logic_error>()));
}
