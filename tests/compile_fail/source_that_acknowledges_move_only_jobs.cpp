// expect: penstock: .*ack.*copy
// The job goes through the graph; ack is told of a copy.
#include <memory>
#include <optional>

#include <penstock/penstock.hpp>

struct queue {
  std::optional<std::unique_ptr<int>> operator()();
  void ack(const std::unique_ptr<int>& job);
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}).sink("end", [](std::unique_ptr<int>) {});
}
