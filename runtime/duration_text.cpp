#include <penstock/runtime/duration_text.hpp>

#include <array>
#include <cstdint>

#include <penstock/runtime/number_text.hpp>

namespace penstock {

namespace {

struct unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

/// The largest first; `duration_text` writes all but the last, which is another spelling.
constexpr std::array<unit, 8> units{{{"d", 86'400'000'000'000},
                                     {"h", 3'600'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"s", 1'000'000'000},
                                     {"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"ns", 1},
                                     {"min", 60'000'000'000}}};

std::optional<std::int64_t> factor_of(std::string_view name) {
  for (const unit& each : units) {
    if (each.name == name) return each.nanoseconds;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds{0};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    const auto number_end = text.find_first_not_of("0123456789.");
    if (number_end == 0 || number_end == std::string_view::npos) return std::nullopt;
    const auto unit_end = text.find_first_of("0123456789.", number_end);
    const auto factor = factor_of(text.substr(number_end, unit_end - number_end));
    if (!factor) return std::nullopt;
    const auto part = scaled_number(text.substr(0, number_end), *factor);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
    text = unit_end == std::string_view::npos ? std::string_view{} : text.substr(unit_end);
  }
  return std::chrono::nanoseconds{total};
}

std::string duration_text(std::chrono::nanoseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  for (const unit& each : units) {
    if (count % each.nanoseconds == 0)
      return std::to_string(count / each.nanoseconds) + std::string{each.name};
  }
  return std::to_string(count) + "ns";
}

std::string short_duration(double nanoseconds) {
  if (!(nanoseconds > 0)) return "0";
  for (std::size_t i = 1; i < 7; ++i) {  // days stay hours
    const auto amount = nanoseconds / static_cast<double>(units[i].nanoseconds);
    // 999.6us would read 1000us, so the larger unit starts a little early
    if (amount >= (i >= 3 ? 0.9995 : 1.0)) return three_digits(amount) + std::string{units[i].name};
  }
  return three_digits(nanoseconds) + "ns";
}

}  // namespace penstock
