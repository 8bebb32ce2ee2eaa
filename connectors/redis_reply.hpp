#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace penstock {

/// What Redis answered. Plain data.
struct redis_reply {
  enum class kind { nothing, text, number, list, error };

  kind is = kind::nothing;
  std::string text;  ///< also of an error
  std::int64_t number = 0;
  std::vector<redis_reply> items;

  bool is_error() const { return is == kind::error; }
  /// An error of that code, which stands first; Redis 6 puts it behind words of its own for what a script
  /// ran into.
  bool is_error(const std::string& code) const {
    return is_error() && (text.starts_with(code + " ") || text.find("-" + code + " ") != std::string::npos);
  }
};

}  // namespace penstock
