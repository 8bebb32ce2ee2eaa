// expect: penstock: long double differs between machines
// Of the 16 bytes some machines use 10, others all.
#include <chrono>
#include <vector>

#include <boost/describe/class.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct timing {
  std::chrono::duration<long double> took{};
};
BOOST_DESCRIBE_STRUCT(timing, (), (took))

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int) { return timing{}; })
      .sink(
          "end", [](const timing&) {}, penstock::on_error(penstock::dead_letter()));
}
