// expect: penstock: .*(describ|DESCRIBE)
// A dead letter holds the item: penstock must know how to write it down.
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct opaque {
  int n;
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int n) { return opaque{n}; })
      .sink(
          "end", [](const opaque&) {}, penstock::on_error(penstock::dead_letter()));
}
