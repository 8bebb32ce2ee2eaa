#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace penstock::detail {

/// Steps that reading by a description of unknown origin may take: one that goes round in circles, or asks
/// for a million things that take no byte, comes to an end. One thread.
class step_budget {
 public:
  explicit step_budget(std::uint64_t steps) : left_{steps} {}
  /// Throws codec_error when there are none left.
  void take();

 private:
  std::uint64_t left_;
};

/// The bytes of an item, from the front. Trusts none of them. One thread.
class schema_cursor {
 public:
  explicit schema_cursor(std::span<const std::byte> bytes) : left_{bytes}, size_{bytes.size()} {}

  std::size_t position() const { return size_ - left_.size(); }
  std::span<const std::byte> left() const { return left_; }

  // Both throw codec_error where there is not so much.

  /// The next bytes, which are then behind.
  const std::byte* take(std::size_t count);
  const std::byte* take(std::uint64_t count, std::size_t width);
  /// A number of variable length, as counts are written.
  std::uint64_t count();

 private:
  std::span<const std::byte> left_;
  std::size_t size_;
};

/// Appends a count as output_archive does.
void append_count(std::uint64_t count, std::vector<std::byte>& into);

/// The way to the value that is read, for messages. One thread.
class schema_path {
 public:
  /// Is on the way as long as it lives.
  class step {
   public:
    step(schema_path& of, const std::string& name) : step{of, &name, 0} {}
    step(schema_path& of, std::size_t index) : step{of, nullptr, index} {}
    ~step() { of_.pieces_.pop_back(); }
    step(const step&) = delete;
    step& operator=(const step&) = delete;

   private:
    step(schema_path& of, const std::string* name, std::size_t index) : of_{of} {
      of_.pieces_.push_back({name, index});
    }
    schema_path& of_;
  };

  std::string text() const;
  std::size_t depth() const { return pieces_.size(); }
  /// Throws codec_error, which names the way.
  [[noreturn]] void refuse(const std::string& problem) const;

 private:
  struct piece {
    const std::string* name;  ///< null: an index
    std::size_t index;
  };
  std::vector<piece> pieces_;
};

}  // namespace penstock::detail
