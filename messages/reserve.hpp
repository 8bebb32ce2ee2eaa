#pragma once

#include <cstddef>
#include <new>

namespace penstock {

/// Memory that the process has set apart for what must not fail: to post a message, to wake who gets it, to
/// tell that something failed. Blocks come from the ordinary memory as long as there is some, and only then
/// from the reserve of a mebibyte. Any thread.
namespace reserve {

/// Throws std::bad_alloc when the reserve is used up as well. For alignments that operator new knows by
/// itself.
void* take(std::size_t bytes);
void give_back(void* block) noexcept;
/// Bytes of the reserve that are in use.
std::size_t in_use();

}  // namespace reserve

/// For containers that must be able to grow.
template <class T>
class reserve_allocator {
 public:
  using value_type = T;

  reserve_allocator() = default;
  template <class U>
  reserve_allocator(const reserve_allocator<U>&) {}  // NOLINT: as allocators convert

  T* allocate(std::size_t count) { return static_cast<T*>(reserve::take(count * sizeof(T))); }
  void deallocate(T* block, std::size_t) noexcept { reserve::give_back(block); }

  friend bool operator==(const reserve_allocator&, const reserve_allocator&) { return true; }
};

/// Base of objects that must be made even if there is no memory.
struct from_reserve {
  static void* operator new(std::size_t bytes) { return reserve::take(bytes); }
  static void operator delete(void* block) noexcept { reserve::give_back(block); }
};

}  // namespace penstock
