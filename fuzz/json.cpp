// Text read as JSON, and as an item; what an item shows is JSON, and the same item again.

#include <penstock/messages/json_reader.hpp>
#include <penstock/messages/json_view.hpp>

#include "support/bytes.hpp"
#include "support/items.hpp"

namespace {

/// Throws nothing: what is shown can be read.
void show_and_read(fuzz::described_item& item) {
  const auto shown = penstock::to_json(item);
  penstock::parse_json(shown);
  if (shown.size() >= penstock::json_view_limit) return;  // cut
  auto again = penstock::from_json<fuzz::described_item>(shown);
  fuzz::require(fuzz::take_hashed(item) == fuzz::take_hashed(again), "a hash table came back changed");
  fuzz::require(penstock::to_json(item) == penstock::to_json(again), "an item came back changed: " + shown);
}

}  // namespace

PENSTOCK_FUZZ_TARGET(input) {
  const auto text = fuzz::text_of(input);
  fuzz::described_item item;
  try {
    penstock::parse_json(text);
    item = penstock::from_json<fuzz::described_item>(text);
  } catch (const penstock::codec_error&) {
    return;  // refused, as most are
  }
  show_and_read(item);
}
