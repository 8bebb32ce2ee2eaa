// expect: penstock: .*key.*can't take
// A key is made of an item.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("words", std::vector<std::string>{"one"})
      .by_key([](int n) { return n; })
      .stage("work", [](int n) { return n; })
      .sink("end", [](int) {});
}
