// expect: penstock: a source with extend takes
// Nobody could know how often to extend.
#include <optional>

#include <penstock/penstock.hpp>

struct queue {
  std::optional<int> operator()();
  void ack(const int& job);
  void extend(const int& job);
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}).sink("end", [](int) {});
}
