// expect: penstock: .*(describ|DESCRIBE)
// A dead letter holds the item: penstock must know how to write it down.
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

class opaque {
 public:
  explicit opaque(int n) : n_{n} {}
  int get() const { return n_; }

 private:
  int n_;
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int n) { return opaque{n}; })
      .sink(
          "end", [](const opaque&) {}, penstock::on_error(penstock::dead_letter()));
}
