// expect: penstock: .*dead_letter keeps a copy
// The letter of an operator holds the item as its stage made it.
#include <memory>
#include <optional>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

void build(penstock::graph& g) {
  g.source("boxes", []() -> std::optional<std::unique_ptr<int>> { return std::nullopt; })
      .map(
          "open", [](std::unique_ptr<int> box) { return *box; }, penstock::on_error(penstock::dead_letter()))
      .sink("end", [](int) {});
}
