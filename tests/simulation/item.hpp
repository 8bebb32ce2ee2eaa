#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace penstock_simulation {

/// Counts the items that exist, so that a test sees one that leaked.
class census {
 public:
  census() { ++living; }
  census(const census&) { ++living; }
  census& operator=(const census&) = default;
  ~census() { --living; }

  static inline std::int64_t living = 0;
};

/// What travels through the simulated graphs. Its value says where it came from, all the way back to its
/// source; one that was moved from has the value 0, so that nobody takes it for the item.
struct item {
  std::uint64_t value = 0;
  std::string load;  ///< what makes it heavy
  census counted;

  item() = default;
  item(std::uint64_t v, std::string l) : value{v}, load{std::move(l)} {}
  item(const item&) = default;
  item(item&& other) noexcept : value{std::exchange(other.value, 0)}, load{std::move(other.load)} {}
  item& operator=(const item&) = default;
  item& operator=(item&& other) noexcept {
    value = std::exchange(other.value, 0);
    load = std::move(other.load);
    return *this;
  }
  ~item() = default;

  template <class Archive>
  void serialize(Archive& archive, const unsigned int) {
    archive& value;
    archive& load;
  }
};

/// An item that can't be copied.
struct sole_item {
  std::unique_ptr<item> held;

  template <class Archive>
  void serialize(Archive& archive, const unsigned int) {
    if (!held) held = std::make_unique<item>();
    archive&* held;
  }
};

inline constexpr std::size_t bare_weight = 64;
inline constexpr std::size_t most_load = 2000;

inline std::size_t weight(const item& i) { return bare_weight + i.load.size(); }
inline std::size_t weight(const sole_item& i) { return i.held ? weight(*i.held) : 0; }

}  // namespace penstock_simulation
