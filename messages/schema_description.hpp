#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::detail {

/// How numbers are written, whatever a compiler calls their types.
enum class number_kind : std::uint8_t {
  boolean,
  i8,
  i16,
  i32,
  i64,
  u8,
  u16,
  u32,
  u64,
  f32,
  f64,
  character,  ///< char, whose sign differs between machines
  c8,         ///< char8_t, char16_t and char32_t; wchar_t is the one of its width
  c16,
  c32,
};

constexpr std::size_t width_of(number_kind kind) {
  switch (kind) {
    case number_kind::boolean:
    case number_kind::i8:
    case number_kind::u8:
    case number_kind::character:
    case number_kind::c8:
      return 1;
    case number_kind::i16:
    case number_kind::u16:
    case number_kind::c16:
      return 2;
    case number_kind::i32:
    case number_kind::u32:
    case number_kind::f32:
    case number_kind::c32:
      return 4;
    default:
      return 8;
  }
}

constexpr bool is_real(number_kind kind) { return kind == number_kind::f32 || kind == number_kind::f64; }

/// The value of an enumerator whose number is of this kind: negative ones in two's complement of 64 bits
/// where the kind has a sign, else without what lies beyond its width. Characters have none, as it differs
/// between machines.
constexpr std::uint64_t enumerator_bits(std::uint64_t bits, number_kind kind) {
  const bool has_sign = kind >= number_kind::i8 && kind <= number_kind::i64;
  return has_sign ? bits : bits & ~std::uint64_t{0} >> (64 - 8 * width_of(kind));
}

/// What a type looks like in an archive.
enum class schema_kind : std::uint8_t {
  number,
  enumeration,  ///< a number whose values have names
  text,         ///< of characters of one kind
  list,
  set,       ///< no element twice
  multiset,  ///< keyed, and elements may be there twice
  map,       ///< elements are keys with values, no key twice
  multimap,
  array,     ///< as many elements as the type says
  parts,     ///< pair, tuple; without parts: monostate
  perhaps,   ///< nothing, or one value
  either,    ///< variant
  duration,  ///< ticks of a period
  moment,    ///< ticks since a clock's epoch
  members,   ///< a described type
  opaque,    ///< a type with a serialize function: nobody knows what it writes
};

struct schema_period {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
  bool operator==(const schema_period&) const = default;
};

/// One type in a description. Only what its kind needs is set. Plain data.
struct schema_node {
  schema_kind kind = schema_kind::parts;
  number_kind number = number_kind::i32;  ///< of the number itself, the characters, or the ticks
  std::vector<std::uint32_t> parts;       ///< nodes: the element (a map's is `parts`), members, alternatives
  std::vector<std::string> names;         ///< of members or enumerators; of alternatives that look alike
  std::vector<std::uint64_t> values;      ///< of the enumerators; negative ones in two's complement
  std::uint64_t count = 0;                ///< elements of an array
  schema_period period;
  std::string clock;
  std::string opaque;            ///< the type's name
  std::uint32_t version = 0;     ///< of an opaque type
  bool version_written = false;  ///< the version stands in front of what the type writes
};

/// The types that an item is made of. Plain data; circles are types that contain themselves.
struct schema_description {
  std::vector<schema_node> nodes;
  std::uint32_t root = 0;  ///< the item's own
};

/// What a program knows of a type beyond its description, so that it reads what another one wrote.
struct schema_reader {
  /// How many bytes at the beginning of `bytes` an opaque type has written. Throws what its function throws.
  using opaque_size = std::size_t (*)(std::span<const std::byte> bytes);

  struct node_extra {
    std::vector<bool> may_be_absent;  ///< by member
    /// Appends what the member is in a fresh object; null where no member may be absent.
    void (*write_fresh)(std::size_t member, std::vector<std::byte>& into) = nullptr;
    opaque_size size = nullptr;
  };

  schema_description types;
  std::vector<node_extra> extras;  ///< for each node
};

}  // namespace penstock::detail
