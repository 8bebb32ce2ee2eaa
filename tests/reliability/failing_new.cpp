#include "failing_new.hpp"

#include <dlfcn.h>
#include <unwind.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

// The bounds of this program's own code, as the linker has them.
extern "C" char __executable_start;
extern "C" char etext;

/// For debuggers: a place to stop at.
extern "C" __attribute__((noinline)) void penstock_allocation_fails() { asm volatile("" : : : "memory"); }

namespace reliability {

namespace {

std::atomic<bool> counting{false};
std::atomic<bool> armed{false};
std::atomic<std::int64_t> living{0};
std::atomic<std::uint64_t> asked_for{0};
std::atomic<std::uint64_t> first_failure{0};
std::atomic<std::uint64_t> failures{0};
std::atomic<bool> was_hit{false};
thread_local bool looking = false;

bool in_this_program(std::uintptr_t at) {
  return at >= reinterpret_cast<std::uintptr_t>(&__executable_start) &&
         at < reinterpret_cast<std::uintptr_t>(&etext);
}

bool in_standard_library(std::uintptr_t at) {
  Dl_info info;
  if (::dladdr(reinterpret_cast<void*>(at), &info) == 0 || info.dli_fname == nullptr) return false;
  return std::strstr(info.dli_fname, "libstdc++") != nullptr;
}

struct walk {
  int frames = 0;
  bool ours = false;
};

/// Looks for the innermost frame that is neither operator new nor the standard library's.
_Unwind_Reason_Code look_at(_Unwind_Context* context, void* data) {
  walk& at = *static_cast<walk*>(data);
  const auto address = static_cast<std::uintptr_t>(_Unwind_GetIP(context));
  if (++at.frames <= 4) return _URC_NO_REASON;  // of this file
  if (in_standard_library(address)) return _URC_NO_REASON;
  at.ours = in_this_program(address);
  return _URC_END_OF_STACK;
}

__attribute__((noinline)) bool asked_by_us() {
  walk at;
  looking = true;
  _Unwind_Backtrace(&look_at, &at);
  looking = false;
  return at.ours;
}

__attribute__((noinline)) bool must_fail() {
  if (!armed.load(std::memory_order_relaxed) || looking || !asked_by_us()) return false;
  const auto number = asked_for.fetch_add(1) + 1;
  const auto first = first_failure.load();
  if (number < first || number > first + failures.load()) return false;
  was_hit = true;
  penstock_allocation_fails();
  return true;
}

}  // namespace

void failing_new::count_blocks() { counting = true; }
std::int64_t failing_new::living_blocks() { return living.load(); }

void failing_new::arm(std::uint64_t n, std::uint64_t more) {
  asked_for = 0;
  first_failure = n;
  failures = more;
  was_hit = false;
  armed = true;
}

void failing_new::disarm() { armed = false; }
std::uint64_t failing_new::asked() { return asked_for.load(); }
bool failing_new::hit() { return was_hit.load(); }

/// Null: it failed.
__attribute__((noinline)) void* take_memory(std::size_t size, std::size_t align) {
  if (must_fail()) return nullptr;
  void* memory = align == 0 ? std::malloc(size == 0 ? 1 : size)
                            : std::aligned_alloc(align, (size + align - 1) / align * align);
  if (memory != nullptr && counting.load(std::memory_order_relaxed)) ++living;
  return memory;
}

void give_back(void* memory) {
  if (memory == nullptr) return;
  if (counting.load(std::memory_order_relaxed)) --living;
  std::free(memory);
}

}  // namespace reliability

void* operator new(std::size_t size) {
  void* memory = reliability::take_memory(size, 0);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}
void* operator new(std::size_t size, std::align_val_t align) {
  void* memory = reliability::take_memory(size, static_cast<std::size_t>(align));
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return reliability::take_memory(size, 0);
}
void operator delete(void* memory) noexcept { reliability::give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { reliability::give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { reliability::give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { reliability::give_back(memory); }
