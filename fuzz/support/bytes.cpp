#include "bytes.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace fuzz {

void require(bool holds, const std::string& sentence) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", sentence.c_str());
  std::abort();
}

std::uint8_t reader::byte() {
  const auto one = take(1);
  return one.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(one.front());
}

std::size_t reader::below(std::size_t limit) {
  const std::size_t low = byte();
  return (low | std::size_t{byte()} << 8U) % limit;
}

bytes reader::take(std::size_t count) {
  const auto taken = left_.first(std::min(count, left_.size()));
  left_ = left_.subspan(taken.size());
  return taken;
}

}  // namespace fuzz
