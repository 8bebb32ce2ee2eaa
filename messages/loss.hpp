#pragma once

#include <string>
#include <string_view>

namespace penstock {

/// Why items are thrown away. A view: for arguments.
struct loss {
  loss() = default;
  loss(const std::string& reason, bool not_wanted = false) : why{reason}, unwanted{not_wanted} {}  // NOLINT
  loss(const char* reason, bool not_wanted = false) : why{reason}, unwanted{not_wanted} {}         // NOLINT

  std::string_view why;
  bool unwanted = false;  ///< a stage has all that it needs: nothing failed, and nobody misses them
};

}  // namespace penstock
