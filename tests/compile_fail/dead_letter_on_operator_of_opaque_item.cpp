// expect: penstock: .*DESCRIBE
// The letter of an operator holds the item as its stage made it.
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct opaque {
  int n;
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .stage("wrap", [](int n) { return opaque{n}; })
      .map(
          "open", [](const opaque& o) { return o.n; }, penstock::on_error(penstock::dead_letter()))
      .sink("end", [](int) {});
}
