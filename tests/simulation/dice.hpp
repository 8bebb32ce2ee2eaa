#pragma once

#include <cstdint>
#include <string>

namespace penstock_simulation {

/// A well mixed function of two numbers; every random choice that must not depend on the order of events
/// comes from it.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t h = a * 0x9e3779b97f4a7c15ULL + b + 0x632be59bd9b4e019ULL;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
  return h ^ (h >> 31);
}

/// A sequence of random numbers that the seed decides, the same on every machine.
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_{mix(seed, 0x51)} {}

  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15ULL, 0x7); }
  /// A number from 0 to n - 1.
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(next() % n); }
  std::uint32_t between(std::uint32_t least, std::uint32_t most) { return least + below(most - least + 1); }
  /// True `n` times in `of`.
  bool chance(std::uint32_t n, std::uint32_t of) { return below(of) < n; }

 private:
  std::uint64_t state_;
};

}  // namespace penstock_simulation
