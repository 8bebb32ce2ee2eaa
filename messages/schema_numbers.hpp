#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <penstock/messages/schema_description.hpp>

namespace penstock::detail {

/// A number of any kind, exactly.
struct schema_number {
  bool real = false;
  bool negative = false;        ///< of whole ones
  std::uint64_t magnitude = 0;  ///< of whole ones
  double value = 0;             ///< of real ones

  std::string text() const;
  /// The nearest real one.
  schema_number as_real() const;
  /// A whole one in two's complement.
  std::uint64_t bits() const { return negative ? ~magnitude + 1 : magnitude; }
};

/// The number that `bytes`, as many as the kind is wide, are; nothing where they are none, as a truth value
/// of 2.
std::optional<schema_number> read_number(number_kind kind, const std::byte* bytes);

/// Appends the number as one of another kind. False if it does not fit: whole numbers must come out as they
/// are, real ones may lose digits, and are whole ones only where nothing is behind the point.
bool write_number(const schema_number& number, number_kind kind, std::vector<std::byte>& into);

/// From a number of `from` to the bytes of one of `to`; a character is a number only up to 127, as its sign
/// differs between machines. False if it does not fit.
bool convert_number(number_kind from, number_kind to, const std::byte* bytes, std::vector<std::byte>& into);

/// So many ticks of a period in ticks of another; nothing where they are no whole number of those, or too
/// many.
std::optional<schema_number> in_period(const schema_number& ticks, schema_period from, schema_period to);

}  // namespace penstock::detail
