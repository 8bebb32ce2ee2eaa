// expect: penstock: replay is for sources without ack
// Two would give the same job again.
#include <optional>

#include <penstock/penstock.hpp>

struct queue {
  std::optional<int> operator()();
  void ack(const int& job);
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}, penstock::replay()).sink("end", [](int) {});
}
