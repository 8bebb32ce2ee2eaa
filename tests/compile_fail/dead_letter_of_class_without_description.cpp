// expect: penstock: .*(describ|DESCRIBE)
// The same for a class with private members and no serialize function.
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

class hidden {
 public:
  explicit hidden(int n = 0) : n_{n} {}
  int get() const { return n_; }

 private:
  int n_;
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map([](int n) { return hidden{n}; })
      .sink(
          "end", [](const hidden&) {}, penstock::on_error(penstock::dead_letter()));
}
