#include <penstock/messages/shared_block.hpp>

#include <new>
#include <utility>

namespace penstock {

namespace {

/// Ordinary memory.
class heap_block final : public shared_block {
 public:
  explicit heap_block(std::size_t bytes)
      : shared_block{static_cast<std::byte*>(::operator new(bytes, alignment)), bytes, true, nullptr} {}

 private:
  ~heap_block() override { ::operator delete(data(), alignment); }

  static constexpr std::align_val_t alignment{64};
};

class arena_block final : public shared_block {
 public:
  arena_block(const ref<shared_arena>& arena, std::size_t bytes)
      : shared_block{arena->at(arena->take(bytes)), bytes, true, arena} {}

 private:
  ~arena_block() override { arena()->give_back(offset(), bytes()); }
};

}  // namespace

ref<shared_block> shared_block::make(std::size_t bytes) {
  if (bytes >= least_shared) {
    try {
      if (const auto& arena = shared_arena::own()) return make_ref<arena_block>(arena, bytes);
    } catch (const std::bad_alloc&) {
      // The arena has no room left: this array travels by value.
    }
  }
  return make_ref<heap_block>(bytes);
}

block_carrier*& block_carrier::slot() {
  thread_local block_carrier* current = nullptr;
  return current;
}

}  // namespace penstock
