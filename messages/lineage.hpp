#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <penstock/messages/ref.hpp>
#include <penstock/messages/token.hpp>

namespace penstock {

/// Which token stands for which item of a batch, run-length coded. Empty for items that nobody acknowledges.
class lineage {
 public:
  lineage() = default;
  lineage(const lineage&) = default;
  lineage(lineage&&) noexcept = default;
  lineage& operator=(const lineage&) = default;
  lineage& operator=(lineage&&) noexcept = default;
  /// Where an exception takes items with it they are lost, and their tokens are flagged.
  ~lineage() {
    if (!runs_.empty()) flag_if_unwinding();
  }

  struct run {
    ref<token> holder;  ///< null: these items have no token
    std::uint32_t count;
  };

  bool empty() const { return runs_.empty(); }
  std::span<const run> runs() const { return runs_; }

  /// Adds `count` items of `holder` at the end; joins the last run where it can.
  void append(const ref<token>& holder, std::uint32_t count);
  void append(lineage&& other);

  /// Takes the first `count` items away.
  lineage split_front(std::uint32_t count);

  /// The token of the item at `index`, null if it has none.
  token* at(std::uint32_t index) const;

  /// The lineage of what came of these items: counts[i] outputs of item i.
  lineage expand(std::span<const std::uint32_t> counts) const;

  /// Flags every token, before its items are thrown away.
  void flag(const loss& reason) const noexcept;

 private:
  void flag_if_unwinding() const noexcept;

  std::vector<run> runs_;
};

}  // namespace penstock
