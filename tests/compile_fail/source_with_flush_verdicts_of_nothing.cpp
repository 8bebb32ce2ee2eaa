// expect: penstock: flush_verdicts.* of a source with ack returns
// Nobody could know whether it still owes something.
#include <optional>

#include <penstock/penstock.hpp>

struct queue {
  std::optional<int> operator()();
  void ack(const int& job);
  void flush_verdicts();
};

void build(penstock::graph& g) {
  g.source("jobs", queue{}).sink("end", [](int) {});
}
