#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <penstock/messages/item_schema.hpp>
#include <penstock/messages/schema_description.hpp>

namespace penstock::detail {

/// Names of alternatives are left out but where nothing else tells two of them apart. Any thread.
void blank_needless_names(schema_description& types);

/// The description's text with its hash. Any thread.
item_schema make_schema(const schema_description& types);

/// What today's archive of an item would be, whose archive was written by another schema; both without their
/// first byte, the format's. Any thread. Throws codec_error.
void convert_archive(std::span<const std::byte> archive, const item_schema& written,
                     const schema_reader& today, read_notes* notes, std::vector<std::byte>& into);

}  // namespace penstock::detail
