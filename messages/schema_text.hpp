#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <penstock/messages/schema_description.hpp>

namespace penstock::detail {

/// Descriptions longer than this are not read.
inline constexpr std::size_t schema_text_limit = 256 * 1024;

/// The kind as descriptions name it: "i32", "f64", "bool", "char", "c16".
std::string_view name_of(number_kind kind);

/// The description as JSON, the same for all types that are written alike: types that can't be told apart by
/// their bytes are one, and are numbered in the order in which they are met; without needless names. Any
/// thread.
std::string schema_text(schema_description types);

/// 16 hexadecimal digits. Any thread.
std::string schema_hash(std::string_view text);

/// What `schema_text` wrote. Safe with texts of unknown origin. Throws codec_error.
schema_description parse_schema(std::string_view text);

}  // namespace penstock::detail
