#include <penstock/messages/reserve.hpp>

#include <array>
#include <cstdint>
#include <mutex>

namespace penstock::reserve {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t pages = 256;

// Untouched, and so without any cost, until there is no memory.
alignas(page) constinit std::array<std::byte, page * pages> memory{};
/// At the first page of a block: of how many pages it is; at the others and at free ones 0.
constinit std::array<std::uint16_t, pages> lengths{};
constinit std::array<bool, pages> used{};
constinit std::mutex mutex;

void* take_pages(std::size_t wanted) {
  const std::lock_guard lock{mutex};
  std::size_t found = 0;
  for (std::size_t at = 0; at < pages; ++at) {
    found = used[at] ? 0 : found + 1;
    if (found < wanted) continue;
    const std::size_t first = at + 1 - wanted;
    lengths[first] = static_cast<std::uint16_t>(wanted);
    for (std::size_t each = first; each <= at; ++each) used[each] = true;
    return memory.data() + first * page;
  }
  throw std::bad_alloc{};
}

bool is_ours(const void* block) {
  const auto at = reinterpret_cast<std::uintptr_t>(block);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
  return at >= begin && at < begin + memory.size();
}

}  // namespace

void* take(std::size_t bytes) {
  try {
    return ::operator new(bytes);
  } catch (const std::bad_alloc&) {
    return take_pages(bytes / page + 1);
  }
}

void give_back(void* block) noexcept {
  if (!is_ours(block)) return ::operator delete(block);
  const std::lock_guard lock{mutex};
  const auto first = static_cast<std::size_t>(static_cast<std::byte*>(block) - memory.data()) / page;
  for (std::size_t each = first; each < first + lengths[first]; ++each) used[each] = false;
  lengths[first] = 0;
}

std::size_t in_use() {
  const std::lock_guard lock{mutex};
  std::size_t sum = 0;
  for (const std::uint16_t each : lengths) sum += each * page;
  return sum;
}

}  // namespace penstock::reserve
