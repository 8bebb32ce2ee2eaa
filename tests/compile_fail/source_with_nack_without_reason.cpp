// expect: penstock: .*nack must take
// A nack that can't be called must not be taken for none.
#include <optional>

#include <penstock/penstock.hpp>

struct queue {
  std::optional<int> operator()();
  void ack(const int& job);
  void nack(const int& job);
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}).sink("end", [](int) {});
}
