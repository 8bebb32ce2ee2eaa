// expect: penstock: timeout is an option of stage, sink, scatter and gather
// A source may wait for its next item as long as it likes.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1}, penstock::timeout(std::chrono::seconds{1})).sink("end", [](int) {
  });
}
