// A description and an archive of the type that it describes, read as a type of today. Without a description:
// an archive of today's type, read by the description of that, as other bytes are, which must come to the
// same.

#include <optional>
#include <string>

#include "support/bytes.hpp"
#include "support/items.hpp"

namespace {

namespace ps = penstock;
using item = fuzz::rich_item;

/// What the archive is when today's type writes it; nothing if it was refused.
template <class Read>
std::optional<std::vector<std::byte>> written_again(const Read& read) {
  try {
    item got = read();
    got.plain.kinds.hashed.clear();  // comes in another order each time
    return ps::encode(got);
  } catch (const ps::codec_error&) {
    return std::nullopt;
  }
}

}  // namespace

PENSTOCK_FUZZ_TARGET(input) {
  fuzz::reader parts{input};
  const auto description = parts.take(parts.below(input.size() + 1));
  const auto archive = parts.rest();
  ps::item_schema written{"of the writer", std::string{fuzz::text_of(description)}};
  const bool own = description.empty();
  if (own) written.description = ps::schema_of<item>()->description;
  ps::read_notes notes;
  const auto converted = written_again([&] { return ps::decode<item>(archive, written, &notes); });
  if (!own) return;
  const auto direct = written_again([&] { return ps::decode<item>(archive); });
  fuzz::require(direct == converted, "an archive means something else when it is read by its description");
}
