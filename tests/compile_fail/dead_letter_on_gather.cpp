// expect: penstock: .*gather.*dead_letter
// Outcomes hold exceptions, which no file can.
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .scatter("pieces", [](int n) { return std::vector<int>(3, n); })
      .gather(
          "whole", [](const std::vector<penstock::outcome<int>>& all) { return all.size(); },
          penstock::on_error(penstock::dead_letter()))
      .sink("end", [](std::size_t) {});
}
