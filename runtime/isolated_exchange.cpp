#include <penstock/runtime/isolated_exchange.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

/// Items are handed over in helpings of about so many bytes, so that the worker begins early.
constexpr std::size_t helping = 16 * 1024;

}  // namespace

batch decode_outputs(const item_codec& codec, std::span<const std::uint64_t> sizes,
                     std::span<const std::byte> bytes, std::exception_ptr& failed) {
  std::vector<std::span<const std::byte>> items;
  items.reserve(sizes.size());
  for (const auto size : sizes) {
    items.push_back(bytes.first(static_cast<std::size_t>(size)));
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return items.empty() ? batch{} : codec.decode(items, failed);
}

bool split_outputs(std::uint32_t count, std::span<const std::byte> payload, std::vector<std::uint64_t>& sizes,
                   std::vector<std::byte>& bytes) {
  const auto table = std::size_t{count} * sizeof(std::uint64_t);
  if (table > payload.size()) return false;
  const auto before = sizes.size();
  auto left = payload.size() - table;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint64_t size = 0;
    std::memcpy(&size, payload.data() + i * sizeof size, sizeof size);
    if (size > left) break;
    left -= static_cast<std::size_t>(size);
    sizes.push_back(size);
  }
  if (left != 0 || sizes.size() - before != count) {
    sizes.resize(before);
    return false;
  }
  bytes.insert(bytes.end(), payload.begin() + static_cast<std::ptrdiff_t>(table), payload.end());
  return true;
}

isolated_exchange::isolated_exchange(body_work& work, std::uint32_t attempt, const time_limit& limit,
                                     const item_codec& input, const item_codec* output, loan_book& loans)
    : work_{work},
      limit_{limit},
      input_{input},
      output_{output},
      loans_{loans},
      offered_{output != nullptr ? std::min(work.in.size(), std::max<std::uint32_t>(1, work.room))
                                 : work.in.size()} {
  append_record(waiting_, request::frame, attempt, [&](std::vector<std::byte>& into) {
    const auto room = std::as_bytes(std::span{&work.room, 1});
    into.insert(into.end(), room.begin(), room.end());
  });
}

void isolated_exchange::encode_more() {
  if (handed_ < waiting_.size() || closed_) return;
  waiting_.clear();
  handed_ = 0;
  while (encoded_ < offered_ && !over_ && waiting_.size() < helping) {
    const auto before = waiting_.size();
    try {
      // Asked before the item is under way: what this throws concerns the item, and not the process.
      if (limit_.of) limits_.push_back(limit_.of(work_.in.item(encoded_)));
      first_loans_.push_back(loans_.next());
      const block_carrier::scope carried{loans_};
      append_record(waiting_, request::item, 0,
                    [&](std::vector<std::byte>& into) { input_.encode(work_.in.item(encoded_), into); });
    } catch (...) {
      // It fails when its turn has come; those before it are on their way.
      waiting_.resize(before);
      offered_ = encoded_;
      unwritable_ = std::current_exception();
      break;
    }
    ++encoded_;
  }
  if (encoded_ == offered_ || over_) {
    append_record(waiting_, request::over);
    closed_ = true;
  }
}

bool isolated_exchange::send(role_channel& to) {
  for (;;) {
    encode_more();
    if (handed_ == waiting_.size()) break;
    const auto count = to.out().write(std::span{waiting_}.subspan(handed_));
    handed_ += count;
    if (count == 0) break;
    to.publish();
  }
  return handed_ < waiting_.size();
}

bool isolated_exchange::take(const record_head& head, std::span<const std::byte> payload) {
  switch (static_cast<answer>(head.kind)) {
    case answer::done:
      if (done() == encoded_ || (output_ == nullptr && head.count > 0)) return false;
      if (!split_outputs(head.count, payload, sizes_, bytes_)) return false;
      counts_.push_back(head.count);
      return true;
    case answer::failed:
      if (failure_ || done() == encoded_) return false;
      try {
        failure_ = std::make_exception_ptr(remote_error{decode<remote_exception>(payload)});
      } catch (const codec_error&) {
        return false;
      }
      return true;
    case answer::over:
      over_ = true;
      wants_stop_ = head.count > 0;
      return true;
    default:
      return false;
  }
}

void isolated_exchange::settle(const std::exception_ptr& crash, bool running) {
  const auto seen = done() + (failure_ ? 1U : 0U);
  // What the worker threw away unread gives nothing back.
  if (seen < first_loans_.size()) loans_.revoke_from(first_loans_[seen]);
  work_.crash = crash;
  const auto unreadable = read_outputs();
  const auto taken = done();
  if (work_.count_outputs) work_.counts = std::move(counts_);
  work_.in.split_front(taken);
  work_.error = unreadable ? unreadable : failure_ ? failure_ : crash && running ? crash : nullptr;
  // Behind the item at which the body stopped the stage, none has its turn.
  if (!work_.error && !crash && taken == offered_ && !wants_stop_) work_.error = unwritable_;
}

/// If some can't be read, the item that they came of failed: those before it are done, those behind it are as
/// if they had not been begun.
std::exception_ptr isolated_exchange::read_outputs() {
  if (output_ == nullptr) return nullptr;
  std::exception_ptr failed;
  // Of an item that is not done, some may be there: no memory was left for the others.
  sizes_.resize(std::accumulate(counts_.begin(), counts_.end(), std::size_t{0}));
  const block_carrier::scope carried{loans_};
  work_.out = decode_outputs(*output_, sizes_, bytes_, failed);
  if (!failed) return nullptr;
  std::uint32_t read = 0;
  std::size_t items = 0;
  while (items < counts_.size() && read + counts_[items] <= work_.out.size()) read += counts_[items++];
  work_.out.truncate(read);
  counts_.resize(items);
  return failed;
}

}  // namespace penstock
