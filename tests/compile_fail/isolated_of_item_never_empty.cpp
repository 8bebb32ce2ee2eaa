// expect: penstock: isolated .*default constructible
// What is read back in another process is made first and filled then.
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

struct never_empty {
  explicit never_empty(int given) : value{given} {}
  int value;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& value;
  }
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<never_empty>{never_empty{1}})
      .sink(
          "end", [](const never_empty&) {}, penstock::isolated);
}
