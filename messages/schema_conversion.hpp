#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <penstock/messages/item_schema.hpp>
#include <penstock/messages/schema_cursor.hpp>
#include <penstock/messages/schema_description.hpp>
#include <penstock/messages/schema_fit.hpp>

namespace penstock::detail {

/// Rewrites the bytes of an item, whose type was described as `written`, into those that today's type has for
/// it: members by their names, numbers in their range, enums by their enumerators. It goes over the bytes
/// once and trusts neither them nor their description. One thread, one item.
class schema_conversion {
 public:
  /// All must outlive it. `notes`, which may be null, get the members that are ignored.
  schema_conversion(const schema_description& written, const schema_reader& today,
                    std::span<const std::byte> bytes, read_notes* notes);

  /// Appends what `decode` reads. Throws codec_error with the way to what does not fit.
  void run(std::vector<std::byte>& into);

 private:
  class level {
   public:
    explicit level(schema_conversion& of);
    ~level() { --of_.depth_; }
    level(const level&) = delete;
    level& operator=(const level&) = delete;

   private:
    schema_conversion& of_;
  };
  /// What becomes of the values of an enum whose enumerators are others now.
  struct enumerator_table {
    bool same = false;                                              ///< they are not
    std::unordered_map<std::uint64_t, std::uint64_t> values;        ///< today's
    std::unordered_map<std::uint64_t, const std::string*> names{};  ///< as they were
  };

  void convert(std::uint32_t written, std::uint32_t today);
  void convert_alike(const schema_node& from, const schema_node& to);
  void convert_perhaps(std::uint32_t written, std::uint32_t today);
  void convert_alternative(std::uint32_t written, std::uint32_t today);
  void convert_number(const schema_node& from, const schema_node& to);
  const enumerator_table& enumerators(const schema_node& from, const schema_node& to);
  void convert_enumerator(const schema_node& from, const schema_node& to);
  void convert_ticks(const schema_node& from, const schema_node& to);
  void convert_text(const schema_node& from, const schema_node& to);
  void convert_elements(const schema_node& from, const schema_node& to);
  void convert_parts(const schema_node& from, const schema_node& to);
  void convert_members(std::uint32_t written, std::uint32_t today);
  void convert_in_order(const member_plan& plan, std::uint32_t written, std::uint32_t today);
  void convert_out_of_order(const member_plan& plan, std::uint32_t written, std::uint32_t today);
  void convert_opaque(const schema_node& from, const schema_node& to);
  /// Goes over a value that nobody wants.
  void skip(std::uint32_t written);
  void skip_elements(const schema_node& from);

  bool present();
  std::size_t written_alternative(const schema_node& variant);
  std::size_t alternative(std::uint32_t written, const schema_node* variant, std::size_t number,
                          std::uint32_t today);
  std::size_t element_count(const schema_node& from);
  const std::byte* opaque_bytes(const schema_node& from, std::size_t& size);
  const member_plan& plan_for(std::uint32_t written, std::uint32_t today);
  void write_fresh(std::uint32_t today, std::size_t member);
  [[noreturn]] void refuse_kind(const schema_node& from, const schema_node& to) const;
  [[noreturn]] void refuse_number(const schema_node& from, const schema_node& to,
                                  const std::byte* bytes) const;

  const schema_description& written_;
  const schema_reader& today_;
  read_notes* notes_;
  schema_cursor cursor_;
  step_budget budget_;
  schema_fit fit_;
  schema_path path_;
  std::vector<std::byte>* into_ = nullptr;
  std::map<std::pair<std::uint32_t, std::uint32_t>, member_plan> plans_;
  std::map<std::tuple<std::uint32_t, std::size_t, std::uint32_t>, std::size_t> alternatives_;
  std::map<std::pair<const schema_node*, const schema_node*>, enumerator_table> enumerators_;
  int depth_ = 0;
};

}  // namespace penstock::detail
