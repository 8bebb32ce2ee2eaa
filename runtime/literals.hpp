#pragma once

#include <chrono>
#include <cstddef>

namespace penstock {
inline namespace literals {

/// `using namespace penstock::literals` also gives 200ms, 5s, 2min.
using namespace std::chrono_literals;

constexpr std::size_t operator""_KiB(unsigned long long count) {
  return static_cast<std::size_t>(count) << 10;
}
constexpr std::size_t operator""_MiB(unsigned long long count) {
  return static_cast<std::size_t>(count) << 20;
}
constexpr std::size_t operator""_GiB(unsigned long long count) {
  return static_cast<std::size_t>(count) << 30;
}

}  // namespace literals
}  // namespace penstock
