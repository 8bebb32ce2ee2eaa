// expect: penstock: .*body.*can't take
// A fused operator must take what the stream carries.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("words", std::vector<std::string>{"one"}).map([](int n) { return n + 1; }).sink("end", [](int) {});
}
