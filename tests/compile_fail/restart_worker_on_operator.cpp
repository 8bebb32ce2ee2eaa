// expect: penstock: .*(again|retr)
// A fused operator has no worker of its own.
#include <vector>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .map(
          "twice", [](int n) { return 2 * n; }, penstock::on_error(penstock::restart_worker(1)))
      .sink("end", [](int) {});
}
