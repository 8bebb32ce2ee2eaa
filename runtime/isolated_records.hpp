#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <penstock/runtime/byte_ring.hpp>

namespace penstock {

/// What a process asks of its isolated worker.
enum class request : std::uint32_t {
  start,   ///< make the body, call on_start
  frame,   ///< items follow: `count` is their attempt, the payload the most outputs to make of them
  item,    ///< its bytes
  over,    ///< no more items in this frame
  finish,  ///< call on_end
  stop,    ///< call on_stop, then end
};

/// What the worker answers.
enum class answer : std::uint32_t {
  ready,    ///< to start
  done,     ///< to an item, or finish: `count` outputs; their sizes, then their bytes
  failed,   ///< to anything: what was thrown
  over,     ///< to a frame, when nothing more comes of it; `count` is 1 if the stage is to stop
  stopped,  ///< to stop
};

struct record_head {
  std::uint32_t kind = 0;
  std::uint32_t count = 0;
  std::uint64_t size = 0;  ///< bytes of the payload, which follows
};

/// Puts a record together from what has arrived of it. The other end may write anything: memory grows only
/// with bytes that are there.
class record_reader {
 public:
  /// True once a whole record is there; it stays until the next call.
  bool next(ring_reader& from) {
    if (complete_) {
      complete_ = has_head_ = false;
      payload_.clear();
    }
    if (!has_head_) {
      if (from.readable() < sizeof head_) {
        // Its first part may lie at the end of what was seen last.
        if (!refill(from)) return false;
      }
      from.read(std::as_writable_bytes(std::span{&head_, 1}));
      has_head_ = true;
    }
    while (payload_.size() < head_.size) {
      const auto here = std::min<std::uint64_t>(from.readable(), head_.size - payload_.size());
      if (here == 0) return false;
      const auto before = payload_.size();
      payload_.resize(before + static_cast<std::size_t>(here));
      from.read(std::span{payload_}.subspan(before));
    }
    complete_ = true;
    return true;
  }

  const record_head& head() const { return head_; }
  std::span<const std::byte> payload() const { return payload_; }

 private:
  bool refill(ring_reader& from) {
    from.look_again();
    return from.readable() >= sizeof head_;
  }

  record_head head_;
  std::vector<std::byte> payload_;
  bool has_head_ = false;
  bool complete_ = false;
};

/// Appends a record to `into`; the payload is what `fill(into)` appends.
template <class Kind, class Fill>
void append_record(std::vector<std::byte>& into, Kind kind, std::uint32_t count, Fill fill) {
  const auto begin = into.size();
  into.resize(begin + sizeof(record_head));
  fill(into);
  const record_head head{static_cast<std::uint32_t>(kind), count, into.size() - begin - sizeof(record_head)};
  std::memcpy(into.data() + begin, &head, sizeof head);
}
template <class Kind>
void append_record(std::vector<std::byte>& into, Kind kind, std::uint32_t count = 0) {
  append_record(into, kind, count, [](std::vector<std::byte>&) {});
}

}  // namespace penstock
