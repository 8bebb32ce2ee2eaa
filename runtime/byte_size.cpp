#include <penstock/runtime/byte_size.hpp>

#include <array>

#include <penstock/runtime/number_text.hpp>

namespace penstock {

namespace {

struct unit {
  std::string_view name;
  std::int64_t bytes;
};

/// The largest first; these are also what is written.
constexpr std::array<unit, 5> powers_of_1024{{{"TiB", std::int64_t{1} << 40},
                                              {"GiB", std::int64_t{1} << 30},
                                              {"MiB", std::int64_t{1} << 20},
                                              {"KiB", std::int64_t{1} << 10},
                                              {"B", 1}}};

constexpr std::array<unit, 5> powers_of_1000{
    {{"TB", 1'000'000'000'000}, {"GB", 1'000'000'000}, {"MB", 1'000'000}, {"kB", 1'000}, {"KB", 1'000}}};

std::optional<std::int64_t> factor_of(std::string_view name) {
  for (const unit& each : powers_of_1024) {
    if (each.name == name) return each.bytes;
  }
  for (const unit& each : powers_of_1000) {
    if (each.name == name) return each.bytes;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_byte_size(std::string_view text) {
  const auto number_end = text.find_first_not_of("0123456789.");
  if (number_end == std::string_view::npos) return parse_count(text);
  const auto unit_start = text.find_first_not_of(' ', number_end);
  if (unit_start == std::string_view::npos) return std::nullopt;
  const auto factor = factor_of(text.substr(unit_start));
  if (!factor) return std::nullopt;
  return scaled_number(text.substr(0, number_end), *factor);
}

std::string byte_size_text(std::int64_t bytes) {
  if (bytes == 0) return "0B";
  for (const unit& each : powers_of_1024) {
    if (bytes % each.bytes == 0) return std::to_string(bytes / each.bytes) + std::string{each.name};
  }
  return std::to_string(bytes) + "B";
}

std::string short_byte_size(double bytes) {
  if (!(bytes > 0)) return "0B";
  for (const unit& each : powers_of_1024) {
    const auto amount = bytes / static_cast<double>(each.bytes);
    if (amount >= 0.9995) return three_digits(amount) + std::string{each.name};
  }
  return three_digits(bytes) + "B";
}

}  // namespace penstock
