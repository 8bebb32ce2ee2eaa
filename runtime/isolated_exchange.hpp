#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <vector>

#include <penstock/actors/body.hpp>
#include <penstock/actors/call_guard.hpp>
#include <penstock/messages/item_codec.hpp>
#include <penstock/messages/remote_error.hpp>
#include <penstock/runtime/isolated_records.hpp>
#include <penstock/runtime/loan_book.hpp>

namespace penstock {

/// The items of one call on their way through an isolated worker, as the process that sends them sees it. One
/// thread.
class isolated_exchange {
 public:
  /// `output` is null for a sink. All that is given must outlive the exchange.
  isolated_exchange(body_work& work, std::uint32_t attempt, const time_limit& limit, const item_codec& input,
                    const item_codec* output, loan_book& loans);

  /// Hands over as much as there is room for; true if something is left.
  bool send(role_channel& to);
  /// Takes an answer in. False: it is none that can be expected.
  bool take(const record_head& head, std::span<const std::byte> payload);

  /// Nothing more is to be sent or comes.
  bool over() const { return over_ && closed_ && handed_ == waiting_.size(); }
  bool wants_stop() const { return wants_stop_; }
  /// Items that are done.
  std::uint32_t done() const { return static_cast<std::uint32_t>(counts_.size()); }
  /// Items that the process may know of.
  std::uint32_t encoded() const { return encoded_; }
  /// ns; of one of them.
  std::int64_t limit(std::uint32_t index) const { return limit_.of ? limits_[index] : limit_.fixed; }

  /// Fills in what became of the items. `crash`: the process has ended; with `running` while it had the item
  /// behind those that are done at work.
  void settle(const std::exception_ptr& crash, bool running);

 private:
  void encode_more();
  std::exception_ptr read_outputs();

  body_work& work_;
  const time_limit& limit_;
  const item_codec& input_;
  const item_codec* output_;
  loan_book& loans_;
  std::uint32_t offered_;
  std::uint32_t encoded_ = 0;
  bool closed_ = false;  ///< the end of the frame is in `waiting_`
  bool over_ = false;
  bool wants_stop_ = false;
  std::vector<std::byte> waiting_;          ///< to be handed over
  std::size_t handed_ = 0;                  ///< of it
  std::vector<std::uint64_t> first_loans_;  ///< by item
  std::vector<std::int64_t> limits_;        ///< ns, by item, where each has its own
  std::vector<std::uint32_t> counts_;       ///< outputs of each item that is done
  std::vector<std::uint64_t> sizes_;        ///< of the outputs
  std::vector<std::byte> bytes_;            ///< of the outputs
  std::exception_ptr failure_;              ///< of the item behind those that are done
  std::exception_ptr unwritable_;           ///< why the item behind those that were offered can't be sent
};

/// The batch of outputs that lie one behind the other in `bytes`, up to the first that can't be read, which
/// sets `failed`.
batch decode_outputs(const item_codec& codec, std::span<const std::uint64_t> sizes,
                     std::span<const std::byte> bytes, std::exception_ptr& failed);

/// Cuts the payload of `answer::done` in sizes and bytes, which are appended. False: it has another form, and
/// nothing is.
bool split_outputs(std::uint32_t count, std::span<const std::byte> payload, std::vector<std::uint64_t>& sizes,
                   std::vector<std::byte>& bytes);

}  // namespace penstock
