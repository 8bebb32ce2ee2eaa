#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

/// Reads "200ms", "1.5s", "2m", "1h30m"; units are ns, us, ms, s, m (or min), h and d. Nothing if the text is
/// no such duration, is negative, or overflows. A number without a unit is refused, save for "0".
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// Writes a duration exactly, in the largest unit that divides it: "200ms", "90s", "2m". `parse_duration`
/// reads it back.
std::string duration_text(std::chrono::nanoseconds duration);

/// Writes nanoseconds for the eye, to three digits: "1.25ms", "340us", "12.3s", "2.5m".
std::string short_duration(double nanoseconds);

}  // namespace penstock
