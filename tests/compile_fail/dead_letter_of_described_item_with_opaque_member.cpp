// expect: penstock: .*DESCRIBE
// A description is not enough: the members must be known too.
#include <vector>

#include <boost/describe/class.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct opaque {
  int n;
};
struct parcel {
  opaque content;
};
BOOST_DESCRIBE_STRUCT(parcel, (), (content))

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int n) { return parcel{{n}}; })
      .sink(
          "end", [](const parcel&) {}, penstock::on_error(penstock::dead_letter()));
}
