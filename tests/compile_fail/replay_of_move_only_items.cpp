// expect: penstock: replay keeps a copy
// What is gone can't be given again.
#include <memory>
#include <optional>

#include <penstock/penstock.hpp>

struct queue {
  std::optional<std::unique_ptr<int>> operator()();
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}, penstock::replay()).sink("end", [](std::unique_ptr<int>) {});
}
