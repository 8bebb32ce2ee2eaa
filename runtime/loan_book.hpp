#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include <penstock/messages/shared_block.hpp>
#include <penstock/runtime/role_channel.hpp>

namespace penstock {

/// What one end of a channel has lent the other, and what memory of the other's it has mapped. A block that
/// is lent stays until the other side has let go of it, or its process is gone and this book with it. One
/// thread.
class loan_book final : public block_carrier {
 public:
  /// `channel` must outlive the book; blocks that were borrowed may outlive both.
  loan_book(role_channel& channel, bool is_parent) : channel_{channel}, is_parent_{is_parent} {}

  std::optional<block_address> lend(const ref<shared_block>& block) override;
  ref<shared_block> borrow(const block_address& address) override;

  /// Lets go of what the other side has given back.
  void settle();
  /// Number of the next loan among all there were.
  std::uint64_t next() const { return made_; }
  /// Lets go of what was lent from that one on: the other side never looked at it.
  void revoke_from(std::uint64_t first);

 private:
  const ref<shared_arena>& region(std::uint64_t number);
  std::atomic<std::uint8_t>& returned(std::uint32_t loan);

  role_channel& channel_;
  bool is_parent_;
  struct lent_block {
    ref<shared_block> block;
    std::uint64_t made = 0;
  };

  std::vector<lent_block> lent_;  ///< by number
  std::uint64_t made_ = 0;
  std::vector<std::uint32_t> free_;  ///< numbers
  std::vector<std::uint32_t> live_;
  std::set<std::uint64_t> offered_;
  std::map<std::uint64_t, ref<shared_arena>> mapped_;
};

}  // namespace penstock
