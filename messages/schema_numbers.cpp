#include <penstock/messages/schema_numbers.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace penstock::detail {

namespace {

__extension__ typedef unsigned __int128 wide_number;

std::uint64_t little_endian(const std::byte* bytes, std::size_t width) {
  std::uint64_t bits = 0;
  for (std::size_t i = width; i > 0; --i) bits = bits << 8u | std::to_integer<std::uint64_t>(bytes[i - 1]);
  return bits;
}

void append(std::uint64_t bits, std::size_t width, std::vector<std::byte>& into) {
  for (std::size_t i = 0; i < width; ++i) into.push_back(static_cast<std::byte>(bits >> (8 * i) & 0xffu));
}

bool is_signed(number_kind kind) { return kind >= number_kind::i8 && kind <= number_kind::i64; }

bool is_character(number_kind kind) { return kind == number_kind::character; }

std::uint64_t largest(number_kind kind) {
  if (kind == number_kind::boolean) return 1;
  if (is_character(kind)) return 127;
  const auto bits = 8 * width_of(kind) - (is_signed(kind) ? 1 : 0);
  return std::numeric_limits<std::uint64_t>::max() >> (64 - bits);
}

bool write_whole(bool negative, std::uint64_t magnitude, number_kind kind, std::vector<std::byte>& into) {
  if (negative && magnitude > 0) {
    if (!is_signed(kind) || magnitude > largest(kind) + 1) return false;
    magnitude = ~magnitude + 1;
  } else if (magnitude > largest(kind)) {
    return false;
  }
  append(magnitude, width_of(kind), into);
  return true;
}

bool write_real(double value, number_kind kind, std::vector<std::byte>& into) {
  if (kind == number_kind::f64) {
    append(std::bit_cast<std::uint64_t>(value), 8, into);
    return true;
  }
  // What lies beyond the largest float may not even be converted.
  if (std::isfinite(value) && std::abs(value) > std::numeric_limits<float>::max()) return false;
  append(std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4, into);
  return true;
}

constexpr double two_to_64 = 18446744073709551616.0;

/// The whole number that a real one is, if it is one.
std::optional<schema_number> whole(double value) {
  if (!std::isfinite(value) || std::trunc(value) != value || std::abs(value) >= two_to_64)
    return std::nullopt;
  schema_number number;
  number.negative = value < 0;
  number.magnitude = static_cast<std::uint64_t>(std::abs(value));
  return number;
}

/// True where a real number with so many bits of precision is exactly that.
bool is_exact(std::uint64_t magnitude, int precision) {
  return magnitude == 0 || 64 - std::countl_zero(magnitude) - std::countr_zero(magnitude) <= precision;
}

}  // namespace

std::string schema_number::text() const {
  if (real) return std::to_string(value);
  return (negative && magnitude > 0 ? "-" : "") + std::to_string(magnitude);
}

schema_number schema_number::as_real() const {
  if (real) return *this;
  schema_number result;
  result.real = true;
  result.value = static_cast<double>(magnitude);
  if (negative) result.value = -result.value;
  return result;
}

std::optional<schema_number> read_number(number_kind kind, const std::byte* bytes) {
  const std::uint64_t bits = little_endian(bytes, width_of(kind));
  schema_number number;
  if (kind == number_kind::f32) {
    number.real = true;
    number.value = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  } else if (kind == number_kind::f64) {
    number.real = true;
    number.value = std::bit_cast<double>(bits);
  } else if (is_signed(kind) && bits > largest(kind)) {
    number.negative = true;
    // The bits above the number's width are none of it.
    number.magnitude = (~bits + 1) & (std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * width_of(kind)));
  } else {
    if (kind == number_kind::boolean && bits > 1) return std::nullopt;
    number.magnitude = bits;
  }
  return number;
}

bool write_number(const schema_number& number, number_kind kind, std::vector<std::byte>& into) {
  if (number.real) {
    if (is_real(kind)) return write_real(number.value, kind, into);
    const auto exact = whole(number.value);
    return exact && write_whole(exact->negative, exact->magnitude, kind, into);
  }
  if (!is_real(kind)) return write_whole(number.negative, number.magnitude, kind, into);
  if (!is_exact(number.magnitude, kind == number_kind::f32 ? 24 : 53)) return false;
  const auto value = static_cast<double>(number.magnitude);
  return write_real(number.negative ? -value : value, kind, into);
}

bool convert_number(number_kind from, number_kind to, const std::byte* bytes, std::vector<std::byte>& into) {
  const auto number = read_number(from, bytes);
  if (!number) return false;
  const auto is_unit = [](number_kind kind) { return is_character(kind) || kind == number_kind::c8; };
  if (from == to || (is_unit(from) && is_unit(to))) {
    into.insert(into.end(), bytes, bytes + width_of(from));
    return true;
  }
  if (is_character(from) && number->magnitude > largest(from)) return false;
  return write_number(*number, to, into);
}

std::optional<schema_number> in_period(const schema_number& ticks, schema_period from, schema_period to) {
  if (from == to) return ticks;
  const auto positive = [](std::int64_t value) { return static_cast<wide_number>(value); };
  wide_number numerator = positive(from.numerator) * positive(to.denominator);
  wide_number denominator = positive(from.denominator) * positive(to.numerator);
  for (wide_number a = numerator, b = denominator;;) {
    if (b == 0) {
      numerator /= a;
      denominator /= a;
      break;
    }
    const wide_number rest = a % b;
    a = b;
    b = rest;
  }
  schema_number result = ticks;
  if (ticks.real) {
    result.value = ticks.value * static_cast<double>(numerator) / static_cast<double>(denominator);
    return result;
  }
  if (ticks.magnitude == 0) return ticks;
  constexpr wide_number most = std::numeric_limits<std::uint64_t>::max();
  if (numerator > most) return std::nullopt;
  const wide_number scaled = ticks.magnitude * numerator;
  if (scaled % denominator != 0 || scaled / denominator > most) return std::nullopt;
  result.magnitude = static_cast<std::uint64_t>(scaled / denominator);
  return result;
}

}  // namespace penstock::detail
