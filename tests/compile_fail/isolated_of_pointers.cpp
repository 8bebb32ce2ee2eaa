// expect: penstock: isolated .*forbids
// A pointer means nothing in another process, be it in what goes in or in what comes out.
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .stage(
          "address", [](int) -> const int* { return nullptr; }, penstock::isolated)
      .sink("end", [](const int*) {});
}
