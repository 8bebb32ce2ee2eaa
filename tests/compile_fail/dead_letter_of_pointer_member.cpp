// expect: penstock: .*raw pointer
// A pointer means nothing in a file.
#include <vector>

#include <boost/describe/class.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct view {
  const int* at;
};
BOOST_DESCRIBE_STRUCT(view, (), (at))

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int) { return view{nullptr}; })
      .sink(
          "end", [](const view&) {}, penstock::on_error(penstock::dead_letter()));
}
