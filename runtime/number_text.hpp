#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

/// Reads digits only, "4096"; nothing if there is anything else or the number overflows.
std::optional<std::int64_t> parse_count(std::string_view text);

/// Reads "12" or "1.5" and multiplies it by the factor, exactly: "1.5" by 1024 is 1536. A rest below 1 is cut
/// off. Nothing if the text is no such number or the product overflows.
std::optional<std::int64_t> scaled_number(std::string_view text, std::int64_t factor);

/// Writes a number for the eye to three digits: "0.123", "1.25", "12.3", "340", "12345".
std::string three_digits(double number);

/// Writes a count with a mark between thousands: "1,234,567".
std::string grouped_count(std::uint64_t count);

/// Writes a number for the eye with k, M or G: "340", "1.25k", "12.3M".
std::string short_count(double number);

}  // namespace penstock
