#include <penstock/messages/shared_arena.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <new>
#include <random>

#include <penstock/messages/error.hpp>
#include <penstock/messages/memory_file.hpp>

namespace penstock {

namespace {

/// Address space, not memory.
constexpr std::size_t arena_bytes = std::size_t{1} << 36;
/// Pages of free blocks up to so many bytes stay, as fresh ones cost more than what is usually done with
/// them.
constexpr std::size_t most_kept = std::size_t{512} << 20;

std::byte* map_file(std::size_t bytes, int descriptor, int protection) {
  void* memory = ::mmap(nullptr, bytes, protection, MAP_SHARED | MAP_NORESERVE, descriptor, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

std::size_t whole_pages(std::size_t bytes) {
  return (std::max<std::size_t>(bytes, 1) + shared_arena::page - 1) / shared_arena::page * shared_arena::page;
}

}  // namespace

const ref<shared_arena>& shared_arena::own() {
  static const auto& kept = *new ref<shared_arena>{make()};
  return kept;
}

ref<shared_arena> shared_arena::make() {
  // `ulimit -f` counts for files in memory too. Beyond a small arena arrays travel by value.
  const std::size_t bytes = std::min(arena_bytes, most_file_bytes() / page * page);
  if (bytes == 0) return nullptr;
  const int descriptor = make_memory_file("penstock-arena", bytes);
  if (descriptor < 0) return nullptr;
  std::byte* memory = map_file(bytes, descriptor, PROT_READ | PROT_WRITE);
  if (memory == nullptr) {
    ::close(descriptor);
    return nullptr;
  }
  // The number of a process that has ended may come again, while its memory is still in use.
  std::random_device random;
  const auto number = std::uint64_t{random()} << 32U | random();
  ref<shared_arena> made{new shared_arena{number, bytes, descriptor, memory}};
  made->free_.emplace(0, bytes);
  return made;
}

ref<shared_arena> shared_arena::map(std::uint64_t number, std::size_t bytes, int descriptor) {
  // What is behind its end would kill who reads there.
  std::byte* memory = is_memory_file(descriptor, bytes) ? map_file(bytes, descriptor, PROT_READ) : nullptr;
  if (memory == nullptr) {
    if (descriptor >= 0) ::close(descriptor);
    throw error("penstock: another process's memory can't be mapped");
  }
  return ref<shared_arena>{new shared_arena{number, bytes, descriptor, memory}};
}

shared_arena::shared_arena(std::uint64_t number, std::size_t bytes, int descriptor, std::byte* memory)
    : number_{number}, bytes_{bytes}, descriptor_{descriptor}, memory_{memory} {}

shared_arena::~shared_arena() {
  ::munmap(memory_, bytes_);
  ::close(descriptor_);
}

std::size_t shared_arena::taken() const {
  const std::lock_guard lock{mutex_};
  return taken_;
}

std::size_t shared_arena::take(std::size_t bytes) {
  const auto wanted = whole_pages(bytes);
  const std::lock_guard lock{mutex_};
  // The lowest that fits: its pages are more likely to be there.
  const auto found =
      std::find_if(free_.begin(), free_.end(), [=](const auto& each) { return each.second >= wanted; });
  if (found == free_.end()) throw std::bad_alloc{};
  const auto [offset, size] = *found;
  if (size > wanted) free_.emplace_hint(std::next(found), offset + wanted, size - wanted);
  free_.erase(found);
  taken_ += wanted;
  kept_ -= std::min(kept_, wanted);
  return offset;
}

void shared_arena::give_back(std::size_t offset, std::size_t bytes) noexcept {
  const auto size = whole_pages(bytes);
  const std::lock_guard lock{mutex_};
  taken_ -= size;
  if (kept_ + size > most_kept) {
    ::fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                static_cast<off_t>(size));
  } else {
    kept_ += size;
  }
  try {
    auto made = free_.emplace(offset, size).first;
    const auto next = std::next(made);
    if (next != free_.end() && made->first + made->second == next->first) {
      made->second += next->second;
      free_.erase(next);
    }
    if (made == free_.begin()) return;
    const auto before = std::prev(made);
    if (before->first + before->second != made->first) return;
    before->second += made->second;
    free_.erase(made);
  } catch (...) {
    // No memory for the note: this room is not used again.
  }
}

}  // namespace penstock
