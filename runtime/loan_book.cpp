#include <penstock/runtime/loan_book.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

/// A block of another process's; its end is told there.
class borrowed_block final : public shared_block {
 public:
  borrowed_block(const ref<shared_arena>& arena, const block_address& at, ref<channel_mapping> flags,
                 std::atomic<std::uint8_t>& returned)
      : shared_block{arena->at(at.offset), static_cast<std::size_t>(at.bytes), false, arena},
        flags_{std::move(flags)},
        returned_{returned} {}

 private:
  ~borrowed_block() override { returned_.store(1, std::memory_order_release); }

  ref<channel_mapping> flags_;
  std::atomic<std::uint8_t>& returned_;
};

}  // namespace

std::optional<block_address> loan_book::lend(const ref<shared_block>& block) {
  settle();
  if (free_.empty() && lent_.size() == channel_memory::most_loans) return std::nullopt;
  const shared_arena& arena = *block->arena();
  if (channel_.must_offer_again()) offered_.clear();
  if (offered_.insert(arena.number()).second)
    channel_.offer({arena.number(), arena.bytes(), arena.descriptor()});
  std::uint32_t loan = 0;
  if (free_.empty()) {
    loan = static_cast<std::uint32_t>(lent_.size());
    lent_.emplace_back();
  } else {
    loan = free_.back();
    free_.pop_back();
  }
  live_.push_back(loan);
  lent_[loan] = {block, made_++};
  return block_address{arena.number(), block->offset(), block->bytes(), loan};
}

void loan_book::settle() {
  std::erase_if(live_, [this](std::uint32_t loan) {
    auto& flag =
        is_parent_ ? channel_.memory().returned_by_child[loan] : channel_.memory().returned_by_parent[loan];
    if (flag.load(std::memory_order_acquire) == 0) return false;
    flag.store(0, std::memory_order_relaxed);
    lent_[loan].block = nullptr;
    free_.push_back(loan);
    return true;
  });
}

void loan_book::revoke_from(std::uint64_t first) {
  std::erase_if(live_, [=, this](std::uint32_t loan) {
    if (lent_[loan].made < first) return false;
    lent_[loan].block = nullptr;
    free_.push_back(loan);
    return true;
  });
}

std::atomic<std::uint8_t>& loan_book::returned(std::uint32_t loan) {
  return is_parent_ ? channel_.memory().returned_by_parent[loan] : channel_.memory().returned_by_child[loan];
}

ref<shared_block> loan_book::borrow(const block_address& address) {
  if (address.loan >= channel_memory::most_loans)
    throw codec_error("penstock: no such loan of a shared_buffer");
  // What was lent to the other side comes back as it is.
  for (const std::uint32_t loan : live_) {
    const ref<shared_block>& mine = lent_[loan].block;
    if (mine->arena()->number() != address.arena || mine->offset() != address.offset ||
        mine->bytes() != address.bytes) {
      continue;
    }
    returned(address.loan).store(1, std::memory_order_release);
    return mine;
  }
  const ref<shared_arena>& arena = region(address.arena);
  if (address.offset > arena->bytes() || address.bytes > arena->bytes() - address.offset)
    throw codec_error("penstock: a shared_buffer lies outside of the memory that it names");
  return make_ref<borrowed_block>(arena, address, channel_.mapping(), returned(address.loan));
}

const ref<shared_arena>& loan_book::region(std::uint64_t number) {
  auto found = mapped_.find(number);
  while (found == mapped_.end()) {
    const auto next = channel_.accept();
    if (!next) {
      throw codec_error(
          "penstock: a shared_buffer lies in memory that was not offered, or for which this process has no "
          "descriptor left (ulimit -n)");
    }
    mapped_[next->number] =
        shared_arena::map(next->number, static_cast<std::size_t>(next->bytes), next->descriptor);
    found = mapped_.find(number);
  }
  return found->second;
}

}  // namespace penstock
