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
  start,   ///< compare the graph's outline, which is the payload; make the body, call on_start
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

/// Puts a record together from what has arrived of it, and leaves nothing in the ring: what it has seen of a
/// record whose writer ends in the middle of it does not pass for something to read. The other end may write
/// anything: memory grows only with bytes that are there.
class record_reader {
 public:
  /// True once a whole record is there; it stays until the next call.
  bool next(ring_reader& from) {
    if (complete_) {
      complete_ = false;
      begun_ = 0;
      payload_.clear();
    }
    while (begun_ < sizeof head_) {
      const auto here = std::min(from.readable(), sizeof head_ - begun_);
      if (here == 0) return false;
      from.read(std::as_writable_bytes(std::span{&head_, 1}).subspan(begun_, here));
      begun_ += here;
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
  record_head head_;
  std::vector<std::byte> payload_;
  std::size_t begun_ = 0;  ///< bytes of the head that are there
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
