#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <penstock/messages/error.hpp>
#include <penstock/messages/json_value.hpp>
#include <penstock/messages/schema_text.hpp>

namespace penstock::detail {

namespace {

[[noreturn]] void refuse(const std::string& problem) {
  throw codec_error{"penstock: a schema that this program can't read: " + problem};
}

/// One value of the text. What it is asked for is there, or the text is refused.
class schema_field {
 public:
  explicit schema_field(const json_value& value) : value_{value} {}

  const json_value* find(std::string_view name) const {
    const auto* object = std::get_if<json_value::object>(&value_.is);
    if (object == nullptr) return nullptr;
    for (const auto& [key, value] : object->members) {
      if (key == name) return &value;
    }
    return nullptr;
  }
  schema_field at(std::string_view name) const {
    const json_value* found = find(name);
    if (found == nullptr) refuse("'" + std::string{name} + "' is missing");
    return schema_field{*found};
  }
  const std::vector<json_value>& items() const {
    const auto* list = std::get_if<json_value::array>(&value_.is);
    if (list == nullptr) refuse("there is " + value_.kind() + " instead of an array");
    return list->items;
  }
  std::pair<schema_field, schema_field> pair() const {
    if (items().size() != 2) refuse("there is " + value_.kind() + " instead of a pair");
    return {schema_field{items()[0]}, schema_field{items()[1]}};
  }
  const std::string& text() const {
    const auto* found = std::get_if<std::string>(&value_.is);
    if (found == nullptr) refuse("there is " + value_.kind() + " instead of a text");
    return *found;
  }
  bool truth() const {
    const auto* found = std::get_if<bool>(&value_.is);
    if (found == nullptr) refuse("there is " + value_.kind() + " instead of true or false");
    return *found;
  }
  /// Negative ones in two's complement.
  std::uint64_t integer() const {
    if (const auto* positive = std::get_if<std::uint64_t>(&value_.is)) return *positive;
    if (const auto* negative = std::get_if<std::int64_t>(&value_.is)) {
      return static_cast<std::uint64_t>(*negative);
    }
    refuse("there is " + value_.kind() + " instead of a whole number");
  }
  std::uint64_t integer(std::uint64_t least, std::uint64_t most) const {
    const auto number = integer();
    if (number < least || number > most) refuse(value_.kind() + " is out of range");
    return number;
  }
  const json_value& value() const { return value_; }

 private:
  const json_value& value_;
};

constexpr std::size_t number_kinds = 15;

number_kind number_named(const std::string& name) {
  for (std::size_t i = 0; i < number_kinds; ++i) {
    if (name == name_of(static_cast<number_kind>(i))) return static_cast<number_kind>(i);
  }
  refuse("'" + name + "' is no kind of number");
}

class schema_parser {
 public:
  schema_description parse(std::string_view text) {
    if (text.size() > schema_text_limit) refuse("it is " + std::to_string(text.size()) + " bytes long");
    const json_value whole = parse_json(text);
    const schema_field top{whole};
    top.at("format").integer(1, 1);
    const auto& types = top.at("types").items();
    // Described types come first, so that they are known by their numbers.
    made_.nodes.resize(types.size());
    described_ = types.size();
    for (std::size_t i = 0; i < described_; ++i) members(i, schema_field{types[i]});
    made_.root = type(top.at("is"));
    return std::move(made_);
  }

 private:
  void members(std::size_t place, schema_field from) {
    schema_node node;
    node.kind = schema_kind::members;
    for (const auto& each : from.items()) {
      const auto [name, of] = schema_field{each}.pair();
      node.names.push_back(name.text());
      node.parts.push_back(type(of));
    }
    made_.nodes[place] = std::move(node);
  }

  std::uint32_t type(schema_field from) {
    if (std::holds_alternative<std::uint64_t>(from.value().is)) {
      if (described_ == 0) refuse("it has no types");
      return static_cast<std::uint32_t>(from.integer(0, described_ - 1));
    }
    schema_node node;
    if (std::holds_alternative<std::string>(from.value().is)) {
      simple(node, from.text());
    } else {
      details(node, from);
    }
    made_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(made_.nodes.size() - 1);
  }

  static void simple(schema_node& node, const std::string& name) {
    constexpr std::array<std::pair<const char*, number_kind>, 4> texts{{{"text", number_kind::character},
                                                                        {"text8", number_kind::c8},
                                                                        {"text16", number_kind::c16},
                                                                        {"text32", number_kind::c32}}};
    for (const auto& [text, unit] : texts) {
      if (name != text) continue;
      node.kind = schema_kind::text;
      node.number = unit;
      return;
    }
    node.kind = schema_kind::number;
    node.number = number_named(name);
  }

  void details(schema_node& node, schema_field from) {
    struct form {
      const char* name;
      schema_kind kind;
      void (schema_parser::*read)(schema_node&, schema_field from, schema_field value);
    };
    static constexpr std::array<form, 13> forms{{
        {"enum", schema_kind::enumeration, &schema_parser::enumeration},
        {"list", schema_kind::list, &schema_parser::one},
        {"set", schema_kind::set, &schema_parser::one},
        {"multiset", schema_kind::multiset, &schema_parser::one},
        {"map", schema_kind::map, &schema_parser::entry},
        {"multimap", schema_kind::multimap, &schema_parser::entry},
        {"array", schema_kind::array, &schema_parser::array},
        {"parts", schema_kind::parts, &schema_parser::several},
        {"optional", schema_kind::perhaps, &schema_parser::one},
        {"variant", schema_kind::either, &schema_parser::variant},
        {"duration", schema_kind::duration, &schema_parser::time},
        {"time", schema_kind::moment, &schema_parser::time},
        {"opaque", schema_kind::opaque, &schema_parser::opaque},
    }};
    for (const form& each : forms) {
      const json_value* value = from.find(each.name);
      if (value == nullptr) continue;
      node.kind = each.kind;
      return (this->*each.read)(node, from, schema_field{*value});
    }
    refuse("there is " + from.value().kind() + " instead of a type");
  }

  void one(schema_node& node, schema_field, schema_field value) { node.parts = {type(value)}; }
  void several(schema_node& node, schema_field, schema_field value) {
    for (const auto& each : value.items()) node.parts.push_back(type(schema_field{each}));
  }
  void entry(schema_node& node, schema_field, schema_field value) {
    const auto [key, mapped] = value.pair();
    schema_node both;
    both.kind = schema_kind::parts;
    both.parts = {type(key), type(mapped)};
    made_.nodes.push_back(std::move(both));
    node.parts = {static_cast<std::uint32_t>(made_.nodes.size() - 1)};
  }
  void array(schema_node& node, schema_field from, schema_field value) {
    node.parts = {type(value)};
    node.count = from.at("count").integer();
  }
  void variant(schema_node& node, schema_field from, schema_field value) {
    several(node, from, value);
    if (from.find("names") == nullptr) return;
    for (const auto& each : from.at("names").items()) node.names.push_back(schema_field{each}.text());
    if (node.names.size() != node.parts.size()) refuse("a variant has other names than alternatives");
  }
  void enumeration(schema_node& node, schema_field from, schema_field value) {
    node.number = number_named(value.text());
    for (const auto& each : from.at("values").items()) {
      const auto [name, number] = schema_field{each}.pair();
      node.names.push_back(name.text());
      node.values.push_back(enumerator_bits(number.integer(), node.number));
    }
  }
  void time(schema_node& node, schema_field from, schema_field value) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    node.number = number_named(value.text());
    const auto [numerator, denominator] = from.at("period").pair();
    node.period = {static_cast<std::int64_t>(numerator.integer(1, most)),
                   static_cast<std::int64_t>(denominator.integer(1, most))};
    if (node.kind == schema_kind::moment) node.clock = from.at("clock").text();
  }
  void opaque(schema_node& node, schema_field from, schema_field value) {
    node.opaque = value.text();
    node.version =
        static_cast<std::uint32_t>(from.at("version").integer(0, std::numeric_limits<std::uint32_t>::max()));
    node.version_written = from.at("version_written").truth();
  }

  schema_description made_;
  std::size_t described_ = 0;
};

}  // namespace

schema_description parse_schema(std::string_view text) { return schema_parser{}.parse(text); }

}  // namespace penstock::detail
