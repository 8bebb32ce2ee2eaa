#include <penstock/runtime/number_text.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace penstock {

std::optional<std::int64_t> parse_count(std::string_view text) {
  if (text.empty() || text.front() == '-') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> scaled_number(std::string_view text, std::int64_t factor) {
  const auto point = text.find('.');
  const auto whole = parse_count(text.substr(0, point));
  std::int64_t product = 0;
  if (!whole || __builtin_mul_overflow(*whole, factor, &product)) return std::nullopt;
  if (point == std::string_view::npos) return product;

  const auto digits = text.substr(point + 1);
  if (digits.empty()) return std::nullopt;
  // Digit by digit from the last: (digit * factor + what is right of it) / 10, in 128 bits never more than 10
  // x factor.
  std::int64_t right = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (*digit < '0' || *digit > '9') return std::nullopt;
    std::int64_t sum = 0;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(*digit - '0'), factor, &sum)) return std::nullopt;
    if (__builtin_add_overflow(sum, right, &sum)) return std::nullopt;
    right = sum / 10;
  }
  if (__builtin_add_overflow(product, right, &product)) return std::nullopt;
  return product;
}

std::string three_digits(double number) {
  std::array<char, 64> text{};
  const double size = std::fabs(number);
  const int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
  std::string result{text.data()};
  if (result.find('.') != std::string::npos) {
    result.erase(result.find_last_not_of('0') + 1);
    if (result.back() == '.') result.pop_back();
  }
  return result;
}

std::string grouped_count(std::uint64_t count) {
  std::string result = std::to_string(count);
  for (auto place = static_cast<std::ptrdiff_t>(result.size()) - 3; place > 0; place -= 3) {
    result.insert(static_cast<std::size_t>(place), 1, ',');
  }
  return result;
}

std::string short_count(double number) {
  if (number >= 999.5e6) return three_digits(number / 1e9) + "G";
  if (number >= 999.5e3) return three_digits(number / 1e6) + "M";
  if (number >= 999.5) return three_digits(number / 1e3) + "k";
  return three_digits(number);
}

}  // namespace penstock
