// expect: penstock: a number of more than 64 bits can't be written down
// Not every machine has such numbers, and no description a name for them.
#include <vector>

#include <boost/describe/class.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

__extension__ typedef __int128 wide;

struct checksum {
  wide value;
};
BOOST_DESCRIBE_STRUCT(checksum, (), (value))

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int) { return checksum{}; })
      .sink(
          "end", [](const checksum&) {}, penstock::on_error(penstock::dead_letter()));
}
