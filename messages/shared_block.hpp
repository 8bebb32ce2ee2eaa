#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <penstock/messages/shared_arena.hpp>

namespace penstock {

/// Memory of a shared_buffer, counted by its owners. Any thread.
class shared_block : public ref_counted {
 public:
  /// Blocks of so many bytes and more lie in the process's arena; smaller ones travel as quickly by value.
  static constexpr std::size_t least_shared = std::size_t{64} << 10;

  /// Uninitialised. Throws std::bad_alloc.
  static ref<shared_block> make(std::size_t bytes);

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  bool writable() const { return writable_; }
  /// Null for memory that other processes can't map.
  const ref<shared_arena>& arena() const { return arena_; }
  std::size_t offset() const { return static_cast<std::size_t>(data_ - arena_->at(0)); }

 protected:
  shared_block(std::byte* data, std::size_t bytes, bool writable, ref<shared_arena> arena)
      : data_{data}, bytes_{bytes}, writable_{writable}, arena_{std::move(arena)} {}

 private:
  std::byte* data_;
  std::size_t bytes_;
  bool writable_;
  ref<shared_arena> arena_;
};

/// Where another process finds a block, and under which number it is lent.
struct block_address {
  std::uint64_t arena = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint32_t loan = 0;
};

/// Takes blocks to another process without copying them. While one is set for a thread, archives there write
/// addresses of blocks instead of what is in them.
class block_carrier {
 public:
  virtual ~block_carrier() = default;
  /// Keeps the block until the other process has given it back. Nothing: it has to travel by value.
  virtual std::optional<block_address> lend(const ref<shared_block>& block) = 0;
  /// The block at an address that the other process wrote. Throws codec_error.
  virtual ref<shared_block> borrow(const block_address& address) = 0;

  /// Of this thread; null if none is set.
  static block_carrier* current() { return slot(); }

  /// Sets it for as long as this object lives.
  class scope {
   public:
    explicit scope(block_carrier& carrier) : before_{slot()} { slot() = &carrier; }
    ~scope() { slot() = before_; }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    block_carrier* before_;
  };

 private:
  static block_carrier*& slot();
};

}  // namespace penstock
