#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include <penstock/messages/ref.hpp>

namespace penstock {

/// A large range of memory in a file without a name, which other processes can map. Its pages are taken as
/// they are written to. Any thread.
class shared_arena final : public ref_counted {
 public:
  /// Blocks begin at multiples of this.
  static constexpr std::size_t page = 4096;

  /// The arena that this process takes its blocks from; null where the system has no such memory.
  static const ref<shared_arena>& own();
  /// An arena of another process, for reading. Takes over the descriptor. Throws error, also if the file is
  /// smaller than that process says, or could become so.
  static ref<shared_arena> map(std::uint64_t number, std::size_t bytes, int descriptor);

  std::uint64_t number() const { return number_; }  ///< no other process has one of that number
  std::size_t bytes() const { return bytes_; }
  int descriptor() const { return descriptor_; }
  std::byte* at(std::size_t offset) const { return memory_ + offset; }
  /// Bytes that are taken.
  std::size_t taken() const;

  /// Room for so many bytes; throws std::bad_alloc. What is in it is left from whoever had it before.
  std::size_t take(std::size_t bytes);
  void give_back(std::size_t offset, std::size_t bytes) noexcept;

 private:
  shared_arena(std::uint64_t number, std::size_t bytes, int descriptor, std::byte* memory);
  ~shared_arena() override;
  static ref<shared_arena> make();

  std::uint64_t number_;
  std::size_t bytes_;
  int descriptor_;
  std::byte* memory_;
  mutable std::mutex mutex_;
  std::map<std::size_t, std::size_t> free_;  ///< bytes by offset
  std::size_t taken_ = 0;
  std::size_t kept_ = 0;  ///< bytes of free blocks whose pages were left in place, about
};

}  // namespace penstock
