// expect: penstock: a source that returns deliveries needs ack
// The receipts would go nowhere.
#include <optional>

#include <penstock/penstock.hpp>

struct queue {
  std::optional<penstock::delivery<int, long>> operator()();
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}).sink("end", [](int) {});
}
