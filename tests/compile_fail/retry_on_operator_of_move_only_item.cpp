// expect: penstock: .*operator.*retry
// A fused operator hands its item on; there is nothing to try again with.
#include <memory>
#include <optional>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("boxes", []() -> std::optional<std::unique_ptr<int>> { return std::nullopt; })
      .map(
          "open", [](std::unique_ptr<int> box) { return *box; }, penstock::on_error(penstock::retry(3)))
      .sink("end", [](int) {});
}
