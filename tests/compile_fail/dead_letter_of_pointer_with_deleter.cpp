// expect: penstock: a unique_ptr with a deleter of its own can't be read back
// What is read is made by new, and would be handed to free.
#include <cstdlib>
#include <memory>
#include <vector>

#include <boost/describe/class.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct by_free {
  void operator()(int* at) const { std::free(at); }
};
struct holder {
  std::unique_ptr<int, by_free> at;
};
BOOST_DESCRIBE_STRUCT(holder, (), (at))

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int) { return holder{}; })
      .sink(
          "end", [](const holder&) {}, penstock::on_error(penstock::dead_letter()));
}
