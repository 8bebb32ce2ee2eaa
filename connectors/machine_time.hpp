#pragma once

#include <cstdint>
#include <string>

namespace penstock {

/// Time that all processes of this machine share, and which start of it that counts from.
class machine_time {
 public:
  machine_time();
  virtual ~machine_time() = default;

  /// Stands still while the machine sleeps, as its processes do. The same in all time namespaces.
  virtual std::int64_t now_ns() const;
  /// Times of processes with the same base can be compared, within one start of the machine.
  virtual std::string base() const { return base_; }
  virtual std::string boot() const;      ///< another text after each start of the machine
  virtual std::int64_t unix_ns() const;  ///< for people

 private:
  std::int64_t offset_ns_ = 0;  ///< of this process's time namespace
  std::string base_;
};

/// What `/proc/self/timens_offsets` says of the monotonic clock, in nanoseconds.
std::int64_t monotonic_offset_in(const std::string& offsets);

}  // namespace penstock
