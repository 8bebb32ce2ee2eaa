// expect: penstock: on_error takes
// An option among the rules is no rule.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {}, penstock::on_error(penstock::workers(2)));
}
