// expect: penstock: .*ack must take
// An ack that can't be called must not be taken for none.
#include <optional>
#include <string>

#include <penstock/penstock.hpp>

struct queue {
  std::optional<int> operator()();
  void ack(const std::string& job);
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}).sink("end", [](int) {});
}
