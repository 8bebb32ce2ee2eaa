// expect: penstock: .*ack.*std::optional
// Nobody would tell such a source what became of its jobs.
#include <penstock/penstock.hpp>

struct queue {
  penstock::generator<int> operator()();
  void ack(const int& job);
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}).sink("end", [](int) {});
}
