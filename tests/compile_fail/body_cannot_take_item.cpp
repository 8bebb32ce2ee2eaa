// expect: penstock: .*body.*can't take
// A stage body must take what the stream carries.
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1, 2, 3})
      .stage("measure", [](const std::string& text) { return text.size(); })
      .sink("end", [](std::size_t) {});
}
