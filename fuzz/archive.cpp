// Bytes read as an archive of a type of all shapes; what was read is written, read and written alike.

#include "support/bytes.hpp"
#include "support/items.hpp"

namespace {

void read_show_and_write(fuzz::bytes input) {
  auto item = penstock::decode<fuzz::rich_item>(input);
  penstock::to_json(item);
  auto again = penstock::decode<fuzz::rich_item>(penstock::encode(item));
  fuzz::require(fuzz::take_hashed(item) == fuzz::take_hashed(again), "a hash table came back changed");
  fuzz::require(penstock::encode(item) == penstock::encode(again),
                "what was read and written came back changed");
}

}  // namespace

PENSTOCK_FUZZ_TARGET(input) {
  try {
    read_show_and_write(input);
  } catch (const penstock::codec_error&) {
    // refused, as most are
  }
}
