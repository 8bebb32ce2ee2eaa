#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dice.hpp"
#include "item.hpp"
#include "shape.hpp"

namespace penstock_simulation {

// What bodies do, as functions of the node and the item's value alone, so that the model knows it too.

constexpr std::uint64_t source_value(const node& n, std::uint32_t index) { return mix(n.salt, index) | 1; }
constexpr std::uint64_t output_value(const node& n, std::uint64_t in, std::uint32_t index) {
  return mix(mix(n.salt, in), index + 1) | 1;
}
/// What `on_end` emits.
constexpr std::uint64_t last_value(const node& n) { return mix(n.salt, 0xe4d) | 1; }

constexpr std::uint32_t lot(const node& n, std::uint64_t value, std::uint64_t purpose) {
  return static_cast<std::uint32_t>(mix(mix(n.salt, value), purpose) % 256);
}

constexpr bool drops(const node& n, std::uint64_t value) { return lot(n, value, 0xd) < n.drops; }
constexpr bool faults(const node& n, std::uint64_t value) { return lot(n, value, 0xf) < n.faults; }
constexpr bool faults_at(const node& n, std::uint64_t value, std::uint32_t attempt) {
  return faults(n, value) && attempt <= n.lasting;
}
constexpr bool stops(const node& n, std::uint64_t value) { return lot(n, value, 0x5) < n.stops; }

/// Outputs of a body that makes many; a view's flat_map uses the same.
constexpr std::uint32_t output_count(const node& n, std::uint64_t value) {
  return static_cast<std::uint32_t>(mix(mix(n.salt, value), 0xc) % (n.most_outputs + 1));
}
/// A lazy body that throws midway does so after so many outputs.
constexpr std::uint32_t outputs_before_fault(const node& n, std::uint64_t value) {
  return n.faults_midway ? static_cast<std::uint32_t>(mix(value, 0xb) % (n.most_outputs + 1)) : 0;
}

/// Keyed stages go by an item's value modulo this.
inline constexpr std::uint64_t keys = 7;

/// The second operator of a view that has several throws on these.
constexpr bool second_faults(const node& n, std::uint64_t value) {
  return lot(n, value, 0x2f) < n.faults / 2;
}

/// Whatever the order of the pieces.
constexpr std::uint64_t group_part(std::uint64_t piece) { return mix(piece, 0x6); }
constexpr std::uint64_t group_value(std::uint64_t sum, std::uint64_t pieces, std::uint64_t failures) {
  return mix(sum, mix(pieces, failures)) | 1;
}

/// ns that a body takes.
constexpr std::int64_t duration(const node& n, std::uint64_t value) {
  if (n.slowness == 0) return 0;
  const auto drawn = mix(mix(n.salt, value), 0x7);
  const std::int64_t usual = static_cast<std::int64_t>(drawn % n.slowness);
  return drawn % 37 == 0 ? 50 * usual : usual;
}

/// ns that a source's origin is away from the moment at which it should hear the verdict; of a third of the
/// sources now and then, of the others never.
constexpr std::int64_t outage(const node& n, std::uint64_t value) {
  if (n.salt % 3 != 0 || lot(n, value, 0xa) >= 24) return 0;
  return static_cast<std::int64_t>(mix(mix(n.salt, value), 0xaa) % 2'000'000);
}

inline std::string load_of(bool heavy, std::uint64_t value) {
  if (!heavy) return {};
  return std::string((value >> 8) % 16 == 0 ? (value >> 16) % most_load : (value >> 16) % 50, 'x');
}

}  // namespace penstock_simulation
