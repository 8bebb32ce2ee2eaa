#include <penstock/messages/batch.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace penstock {

namespace {

constexpr std::size_t header_size(std::size_t align) { return (sizeof(slab) + align - 1) / align * align; }

constexpr std::size_t slab_align(std::size_t item_align) {
  return std::max(item_align, alignof(std::max_align_t));
}

}  // namespace

slab::slab(const item_type& type, std::uint32_t capacity, std::byte* items)
    : type_{&type}, items_{items}, capacity_{capacity} {}

ref<slab> slab::make(const item_type& type, std::uint32_t capacity) {
  const auto align = slab_align(type.align);
  const auto header = header_size(align);
  const auto bytes = header + type.size * capacity;
  void* memory = align > alignof(std::max_align_t) ? ::operator new (bytes, std::align_val_t{align})
                                                   : ::operator new(bytes);
  auto* items = static_cast<std::byte*>(memory) + header;
  return ref<slab>{new (memory) slab{type, capacity, items}};
}

void slab::own(std::uint32_t first, std::uint32_t count) {
  owned_first_ = first;
  owned_count_ = count;
}

void slab::last_owner_left() noexcept {
  if (owned_count_ > 0 && type_->destroy != nullptr) type_->destroy(at(owned_first_), owned_count_);
  const auto align = slab_align(type_->align);
  this->~slab();
  if (align > alignof(std::max_align_t)) {
    ::operator delete (static_cast<void*>(this), std::align_val_t{align});
  } else {
    ::operator delete(static_cast<void*>(this));
  }
}

batch batch::split_front(std::uint32_t count) {
  if (count >= count_) return std::move(*this);
  std::size_t front_weight = 0;
  const item_type& kind = memory_->type();
  if (kind.fixed_weight > 0) {
    front_weight = count * kind.fixed_weight;
  } else if (count <= count_ / 2) {
    front_weight = std::min(weight_, measure(0, count));
  } else {
    front_weight = weight_ - std::min(weight_, measure(count, count_ - count));
  }
  // Before anything has changed, as it may throw.
  lineage front_tokens = tokens_.empty() ? lineage{} : tokens_.split_front(count);
  batch front{memory_, first_, count, front_weight};
  front.shared_ = shared_;
  front.tokens_ = std::move(front_tokens);
  first_ += count;
  count_ -= count;
  weight_ -= front_weight;
  return front;
}

void batch::share() {
  if (shared_ || empty()) return;
  if (!memory_->unique()) {
    // Other batches lie in the same slab, so it can't become the owner of a part: these items move into their
    // own.
    auto own = slab::make(memory_->type(), count_);
    memory_->type().relocate(memory_->at(first_), own->at(0), count_);
    memory_ = std::move(own);
    first_ = 0;
  }
  memory_->own(first_, count_);
  shared_ = true;
}

batch batch::alias() const {
  assert(shared_ || empty());
  batch other{memory_, first_, count_, weight_};
  other.shared_ = shared_;
  other.tokens_ = tokens_;
  return other;
}

batch batch::copy() const {
  if (empty()) return {};
  auto own = slab::make(memory_->type(), count_);
  memory_->type().copy(item(0), own->at(0), count_);
  batch other{std::move(own), 0, count_, weight_};
  other.tokens_ = tokens_;
  return other;
}

std::size_t batch::measure(std::uint32_t first, std::uint32_t count) const noexcept {
  if (count == 0) return 0;
  try {
    return memory_->type().weigh(item(first), count);
  } catch (...) {
    return weight_ / count_ * count;
  }
}

void batch::truncate(std::uint32_t count) {
  if (count >= count_) return;
  batch front = split_front(count);
  clear();
  *this = std::move(front);
}

void batch::append(batch&& other) {
  if (other.empty()) return;
  if (empty()) {
    *this = std::move(other);
    return;
  }
  const item_type& kind = memory_->type();
  const auto total = count_ + other.count_;
  const bool neighbours = memory_ == other.memory_ && first_ + count_ == other.first_;
  assert(neighbours ? shared_ == other.shared_ : !shared_ && !other.shared_);
  ref<slab> grown;
  if (!neighbours && (!memory_->unique() || first_ + total > memory_->capacity()))
    grown = slab::make(kind, std::max(total, 2 * count_));
  if (!tokens_.empty() || !other.tokens_.empty()) {
    if (tokens_.empty()) tokens_.append(nullptr, count_);
    if (other.tokens_.empty()) other.tokens_.append(nullptr, other.count_);
    tokens_.append(std::move(other.tokens_));
  }
  // Nothing of this throws.
  if (!neighbours) {
    if (grown) {
      kind.relocate(memory_->at(first_), grown->at(0), count_);
      memory_ = std::move(grown);
      first_ = 0;
    }
    kind.relocate(other.memory_->at(other.first_), memory_->at(first_ + count_), other.count_);
  }
  count_ = total;
  weight_ += std::exchange(other.weight_, 0);
  other.count_ = 0;
  other.memory_ = nullptr;
}

void batch::move_apart() noexcept {
  if (empty() || memory_->capacity() == count_) return;
  try {
    if (shared_) {
      if (memory_->type().copy == nullptr) return;
      batch own = copy();
      *this = std::move(own);
      return;
    }
    auto own = slab::make(memory_->type(), count_);
    memory_->type().relocate(memory_->at(first_), own->at(0), count_);
    memory_ = std::move(own);
    first_ = 0;
  } catch (...) {
    // A copy constructor, or no memory: it is only thrift.
  }
}

void batch::clear() noexcept {
  if (!memory_) return;
  if (count_ > 0 && !shared_) {
    const item_type& kind = memory_->type();
    if (kind.destroy != nullptr) kind.destroy(memory_->at(first_), count_);
  }
  count_ = 0;
  weight_ = 0;
  shared_ = false;
  memory_ = nullptr;
  if (!tokens_.empty()) tokens_ = lineage{};
}

/// Items that an exception takes with it are lost.
void batch::destroy() noexcept {
  if (!tokens_.empty() && std::uncaught_exceptions() > 0) tokens_.flag({});
  clear();
}

void batch::discard(const loss& reason) noexcept {
  tokens_.flag(reason);
  clear();
}

}  // namespace penstock
