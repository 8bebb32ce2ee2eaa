#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

/// Reads "4096", "256KiB", "1.5GiB", "10MB": a number and B, KiB, MiB, GiB, TiB (powers of 1024) or kB, MB,
/// GB, TB (powers of 1000), with or without a space between. Nothing if the text is no such size, is
/// negative, or overflows.
std::optional<std::int64_t> parse_byte_size(std::string_view text);

/// Writes a size exactly, in the largest power of 1024 that divides it: "16MiB", "1000B". `parse_byte_size`
/// reads it back.
std::string byte_size_text(std::int64_t bytes);

/// Writes a size for the eye, to three digits: "1.25MiB".
std::string short_byte_size(double bytes);

}  // namespace penstock
