// expect: penstock: merged streams
// A stream has items of one type.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  auto numbers = g.source("numbers", std::vector<int>{1});
  auto words = g.source("words", std::vector<std::string>{"one"});
  penstock::merge(numbers, words).sink("end", [](int) {});
}
