// expect: penstock: flatten needs.*string
// A string is one item, and not many characters.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("words", std::vector<std::string>{"one"}).flatten().sink("end", [](char) {});
}
