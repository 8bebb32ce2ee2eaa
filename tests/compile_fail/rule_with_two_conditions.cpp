// expect: penstock: .*one when
// The second condition would replace the first.
#include <stdexcept>
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .sink(
          "end", [](int) {},
          penstock::on_error(penstock::skip().when<std::logic_error>().when<std::bad_alloc>()));
}
