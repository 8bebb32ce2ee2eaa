// How libFuzzer changes inputs that are files of a fixed layout: some bytes here and there, and seldom its
// own way. What it inserts would move all that follows, and nothing would look behind the first page.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

constexpr std::size_t page = 512;

std::uint8_t changed(std::uint8_t byte, std::minstd_rand& dice) {
  switch (dice() % 6) {
    case 0:
      return 0;
    case 1:
      return 0xff;
    case 2:
      return static_cast<std::uint8_t>(byte + 1);
    case 3:
      return static_cast<std::uint8_t>(byte - 1);
    case 4:
      return static_cast<std::uint8_t>(byte ^ (1U << dice() % 8));
    default:
      return static_cast<std::uint8_t>(dice());
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  std::minstd_rand dice{seed};
  const auto way = dice() % 32;
  if (size < page || way == 0) return LLVMFuzzerMutate(data, size, most);
  if (way == 1) return size - dice() % page;
  if (way == 2) {
    // A page in the place of another.
    const auto pages = size / page;
    std::copy_n(data + dice() % pages * page, page, data + dice() % pages * page);
    return size;
  }
  const auto first = dice() % size;
  // Near to each other as a rule, so that they meet one row or one head of a page.
  const auto spread = way < 8 ? size : std::size_t{64};
  for (auto left = 1 + dice() % 6; left > 0; --left) {
    auto& byte = data[(first + dice() % spread) % size];
    byte = changed(byte, dice);
  }
  return size;
}
