// expect: penstock: .*can't be copied.*each_worker
// Every worker, and every run of the graph, has a body of its own.
#include <memory>
#include <vector>

#include <penstock/penstock.hpp>

struct counter {
  std::unique_ptr<int> sum = std::make_unique<int>(0);
  int operator()(int n) { return *sum += n; }
};

void build(penstock::graph& g) {
  g.source("numbers", std::vector<int>{1})
      .stage("work", counter{}, penstock::workers(2))
      .sink("end", [](int) {});
}
