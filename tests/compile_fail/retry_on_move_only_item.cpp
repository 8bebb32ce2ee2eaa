// expect: penstock: .*retry.*move-only
// An item that a body took by value and that can't be copied is not there for another attempt.
#include <chrono>
#include <memory>
#include <optional>

#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("boxes", []() -> std::optional<std::unique_ptr<int>> { return std::nullopt; })
      .stage(
          "open", [](std::unique_ptr<int> box) { return *box; },
          penstock::on_error(penstock::retry(3, std::chrono::milliseconds{1})))
      .sink("end", [](int) {});
}
