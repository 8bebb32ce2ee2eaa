#include <penstock/messages/schema_text.hpp>

#include <xxhash.h>

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <penstock/messages/json_writer.hpp>
#include <penstock/messages/schema_archive.hpp>

namespace penstock::detail {

namespace {

/// What can be said of a node without looking at its parts.
std::string own_words(const schema_node& node, bool with_names) {
  json_writer out{std::numeric_limits<std::size_t>::max()};
  out.begin_array();
  out.integer(static_cast<std::int64_t>(node.kind));
  out.integer(static_cast<std::int64_t>(node.number));
  out.integer(node.count);
  out.integer(node.period.numerator);
  out.integer(node.period.denominator);
  out.text(node.clock);
  out.text(node.opaque);
  out.integer(std::uint64_t{node.version});
  out.boolean(node.version_written);
  for (const auto value : node.values) out.integer(value);
  if (with_names) {
    for (const auto& name : node.names) out.text(name);
  }
  out.end_array();
  return out.take();
}

/// Sorts nodes into classes of what can't be told apart: those begin as one, and are split as long as their
/// parts belong to different ones.
std::vector<std::uint32_t> alike(const schema_description& types, bool names_of_alternatives) {
  std::vector<std::string> words;
  words.reserve(types.nodes.size());
  for (const auto& node : types.nodes) {
    words.push_back(own_words(node, names_of_alternatives || node.kind != schema_kind::either));
  }
  std::vector<std::uint32_t> classes(types.nodes.size(), 0);
  for (std::size_t known = 0;;) {
    std::map<std::pair<std::string, std::vector<std::uint32_t>>, std::uint32_t> numbers;
    std::vector<std::uint32_t> next(classes.size());
    for (std::size_t i = 0; i < classes.size(); ++i) {
      std::vector<std::uint32_t> parts;
      for (const auto part : types.nodes[i].parts) parts.push_back(classes[part]);
      const auto number = static_cast<std::uint32_t>(numbers.size());
      next[i] = numbers.emplace(std::pair{words[i], std::move(parts)}, number).first->second;
    }
    classes = std::move(next);
    if (numbers.size() == known) return classes;
    known = numbers.size();
  }
}

class schema_printer {
 public:
  explicit schema_printer(schema_description types) : types_{std::move(types)} {
    blank_needless_names(types_);
    classes_ = alike(types_, true);
  }

  std::string print() {
    out_.begin_object();
    out_.key("format");
    out_.integer(std::int64_t{1});
    out_.key("is");
    type(types_.root);
    out_.key("types");
    out_.begin_array();
    // Printing one may put more behind it.
    for (std::size_t i = 0; i < queue_.size(); ++i) members(types_.nodes[queue_[i]]);
    out_.end_array();
    out_.end_object();
    return out_.take();
  }

 private:
  void type(std::uint32_t place) {
    const schema_node& node = types_.nodes[place];
    switch (node.kind) {
      case schema_kind::number:
        return out_.text(name_of(node.number));
      case schema_kind::text:
        return out_.text(text_name(node.number));
      case schema_kind::members: {
        const auto next = static_cast<std::uint32_t>(queue_.size());
        const auto [known, fresh] = numbers_.emplace(classes_[place], next);
        if (fresh) queue_.push_back(place);
        return out_.integer(std::uint64_t{known->second});
      }
      default:
        break;
    }
    out_.begin_object();
    details(node);
    out_.end_object();
  }

  void details(const schema_node& node) {
    switch (node.kind) {
      case schema_kind::enumeration:
        field("enum", name_of(node.number));
        return enumerators(node);
      case schema_kind::list:
        return of_one("list", node);
      case schema_kind::set:
        return of_one("set", node);
      case schema_kind::multiset:
        return of_one("multiset", node);
      case schema_kind::map:
        return of_several("map", types_.nodes[node.parts[0]]);
      case schema_kind::multimap:
        return of_several("multimap", types_.nodes[node.parts[0]]);
      case schema_kind::array:
        of_one("array", node);
        out_.key("count");
        return out_.integer(node.count);
      case schema_kind::parts:
        return of_several("parts", node);
      case schema_kind::perhaps:
        return of_one("optional", node);
      case schema_kind::either:
        of_several("variant", node);
        return alternatives(node);
      case schema_kind::duration:
        field("duration", name_of(node.number));
        return period(node);
      case schema_kind::moment:
        field("time", name_of(node.number));
        period(node);
        return field("clock", node.clock);
      default:
        field("opaque", node.opaque);
        out_.key("version");
        out_.integer(std::uint64_t{node.version});
        out_.key("version_written");
        out_.boolean(node.version_written);
    }
  }

  void members(const schema_node& node) {
    out_.begin_array();
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      out_.begin_array();
      out_.text(node.names[i]);
      type(node.parts[i]);
      out_.end_array();
    }
    out_.end_array();
  }

  void enumerators(const schema_node& node) {
    const bool is_signed = node.number >= number_kind::i8 && node.number <= number_kind::i64;
    out_.key("values");
    out_.begin_array();
    for (std::size_t i = 0; i < node.names.size(); ++i) {
      out_.begin_array();
      out_.text(node.names[i]);
      is_signed ? out_.integer(static_cast<std::int64_t>(node.values[i])) : out_.integer(node.values[i]);
      out_.end_array();
    }
    out_.end_array();
  }

  void alternatives(const schema_node& node) {
    if (node.names.empty()) return;
    out_.key("names");
    out_.begin_array();
    for (const auto& name : node.names) out_.text(name);
    out_.end_array();
  }

  void period(const schema_node& node) {
    out_.key("period");
    out_.begin_array();
    out_.integer(node.period.numerator);
    out_.integer(node.period.denominator);
    out_.end_array();
  }

  void of_one(std::string_view name, const schema_node& node) {
    out_.key(name);
    type(node.parts[0]);
  }
  void of_several(std::string_view name, const schema_node& node) {
    out_.key(name);
    out_.begin_array();
    for (const auto part : node.parts) type(part);
    out_.end_array();
  }
  void field(std::string_view name, std::string_view value) {
    out_.key(name);
    out_.text(value);
  }

  static std::string_view text_name(number_kind unit) {
    return unit == number_kind::character ? "text"
           : unit == number_kind::c8      ? "text8"
           : unit == number_kind::c16     ? "text16"
                                          : "text32";
  }

  schema_description types_;
  std::vector<std::uint32_t> classes_;
  std::map<std::uint32_t, std::uint32_t> numbers_;  ///< of described types, by class
  std::vector<std::uint32_t> queue_;                ///< of described types, as they are met
  json_writer out_{std::numeric_limits<std::size_t>::max()};
};

}  // namespace

std::string_view name_of(number_kind kind) {
  constexpr std::array<std::string_view, 15> names{"bool", "i8",  "i16", "i32",  "i64", "u8",  "u16", "u32",
                                                   "u64",  "f32", "f64", "char", "c8",  "c16", "c32"};
  return names[static_cast<std::size_t>(kind)];
}

void blank_needless_names(schema_description& types) {
  const auto classes = alike(types, false);
  for (auto& node : types.nodes) {
    if (node.kind != schema_kind::either || node.names.empty()) continue;
    std::map<std::uint32_t, int> seen;
    for (const auto part : node.parts) ++seen[classes[part]];
    bool any = false;
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      if (seen[classes[node.parts[i]]] < 2) {
        node.names[i].clear();
      } else {
        any = true;
      }
    }
    if (!any) node.names.clear();
  }
}

std::string schema_text(schema_description types) { return schema_printer{std::move(types)}.print(); }

std::string schema_hash(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
  std::string shown;
  for (int shift = 60; shift >= 0; shift -= 4) shown += digits[hash >> static_cast<unsigned>(shift) & 15u];
  return shown;
}

item_schema make_schema(const schema_description& types) {
  item_schema made;
  made.description = schema_text(types);
  made.hash = schema_hash(made.description);
  return made;
}

}  // namespace penstock::detail
