#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace penstock {

/// One value of a JSON text, as it was read. Plain data.
struct json_value {
  struct array {
    std::vector<json_value> items;
  };
  /// Members in the order of the text; no name twice.
  struct object {
    // Defined where a json_value is complete: clang would need it here for the implicit ones.
    object();
    object(const object& other);
    object(object&& other) noexcept;
    object& operator=(const object& other);
    object& operator=(object&& other) noexcept;
    ~object();

    std::vector<std::pair<std::string, json_value>> members;
  };

  /// Whole numbers that fit are integers, all others double.
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, array, object> is;

  /// For error messages: "a text", "null", "the number 5".
  std::string kind() const;
};

/// The value that `text` is, all of it. Safe with texts of unknown origin: nesting is limited. Any thread.
/// Throws codec_error for what is no JSON, for text that is not UTF-8, and for two members of one name.
json_value parse_json(std::string_view text);

/// Throws what `parse_json` would, and takes no memory but for the names of members.
void check_json(std::string_view text);

}  // namespace penstock
