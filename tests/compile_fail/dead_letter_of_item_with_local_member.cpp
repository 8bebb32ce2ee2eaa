// expect: penstock: .*local_only
// A handle inside an item means nothing in a file either.
#include <vector>

#include <boost/describe/class.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct handle {
  using local_only = void;
  int descriptor;
};
struct request {
  handle connection;
};
BOOST_DESCRIBE_STRUCT(request, (), (connection))

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int n) { return request{{n}}; })
      .sink(
          "end", [](const request&) {}, penstock::on_error(penstock::dead_letter()));
}
