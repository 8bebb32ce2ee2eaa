#pragma once

#include <cstdint>
#include <string>

namespace penstock {

/// Time that all processes of this machine share, and which start of it that counts from.
struct machine_time {
  virtual ~machine_time() = default;
  virtual std::int64_t now_ns() const;   ///< stands still while the machine sleeps, as its processes do
  virtual std::string boot() const;      ///< another text after each start of the machine
  virtual std::int64_t unix_ns() const;  ///< for people
};

}  // namespace penstock
