#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/schema_cursor.hpp>
#include <penstock/messages/schema_description.hpp>

namespace penstock::detail {

/// Where each member of a type as it was written goes today.
struct member_plan {
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  std::vector<std::size_t> target;   ///< for each written one: today's, or nowhere
  std::vector<bool> written;         ///< for each of today's
  bool in_order = true;              ///< today's stand in the order of those written
  bool same = false;                 ///< the types are the same: their bytes are copied
  std::vector<std::string> unknown;  ///< written ones that go nowhere
};

member_plan match_members(const schema_node& written, const schema_node& today);

/// For people: "a text", "a number (i32)".
std::string words_for(const schema_node& node);

/// A list, a set, a map, an array: elements one after the other.
bool has_elements(schema_kind kind);

/// Tells what types of a description, of unknown origin, go together with types of this program, without
/// looking at values. One thread.
class schema_fit {
 public:
  enum level {
    same,       ///< nothing differs that is written
    close,      ///< by names; numbers change their widths; no members are left over
    converted,  ///< numbers of any kind may become any other
    loose,      ///< members that are no more are left out
  };

  schema_fit(const schema_description& written, const schema_reader& today, step_budget& budget)
      : written_{written}, today_{today}, budget_{budget} {}

  /// Throws codec_error for what is nested too deeply.
  bool fits(std::uint32_t written, std::uint32_t today, level how);

  /// The alternative of today's variant for a value of type `written`, an alternative itself by the name and
  /// number given, or no variant. Throws codec_error where none or several come into question.
  std::size_t alternative(std::uint32_t written, const std::string& name, std::optional<std::size_t> number,
                          std::uint32_t today, const schema_path& path);

 private:
  bool pair_fits(std::uint32_t written, std::uint32_t today);
  bool is_same(const schema_node& written, const schema_node& today);
  bool converts(std::uint32_t written, std::uint32_t today);
  bool members_fit(const schema_node& written, std::uint32_t today);
  bool numbers_fit(const schema_node& written, const schema_node& today) const;
  bool all_fit(const schema_node& written, const schema_node& today);
  std::size_t choose(const std::vector<std::size_t>& alike, const std::string& name,
                     std::optional<std::size_t> number, const schema_node& today,
                     const schema_path& path) const;

  const schema_description& written_;
  const schema_reader& today_;
  step_budget& budget_;
  level how_ = same;
  std::set<std::pair<std::uint32_t, std::uint32_t>> assumed_;  ///< types that contain themselves come again
  int depth_ = 0;
};

}  // namespace penstock::detail
