// expect: penstock: .*dead_letter.*local_only
// A handle means nothing in a file.
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct handle {
  using local_only = void;
  int descriptor;
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int n) { return handle{n}; })
      .sink(
          "end", [](const handle&) {}, penstock::on_error(penstock::dead_letter()));
}
