// expect: penstock: .*body.*can't take
// A sink body must take what the stream carries.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("words", std::vector<std::string>{"one"}).sink("end", [](int) {});
}
