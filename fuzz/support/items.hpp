#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <penstock/messages/codec.hpp>

#include "../../tests/messages/codec_items.hpp"

namespace fuzz {

using inner_choice = std::variant<int, std::string>;

/// Shapes within shapes, of described types alone: what can be read from JSON too.
struct described_item {
  codec_items::many_kinds kinds;
  codec_items::tree branch;
  std::variant<codec_items::point, inner_choice, std::vector<codec_items::named_point>> choice;
  std::optional<std::vector<std::optional<std::int8_t>>> maybe_many;
  std::shared_ptr<codec_items::named_point> shared;
  std::multimap<std::int16_t, codec_items::point> many;
  std::deque<std::unique_ptr<std::uint32_t>> pointers;
};
BOOST_DESCRIBE_STRUCT(described_item, (), (kinds, branch, choice, maybe_many, shared, many, pointers))

/// The same with classes that have functions of their own for it, and versions.
struct rich_item {
  described_item plain;
  codec_items::by_member versioned;
  std::vector<codec_items::by_split> split;
  codec_items::by_function by_function;
  std::map<std::string, codec_items::by_member> named;
};
BOOST_DESCRIBE_STRUCT(rich_item, (), (plain, versioned, split, by_function, named))

/// A former rich_item: members in another order, narrower numbers, one that is unknown today.
struct older_plain {
  std::multimap<std::int8_t, codec_items::point> many{{std::int8_t{1}, {2, 3}}};
  codec_items::many_kinds kinds = codec_items::example();
  std::vector<std::string> forgotten{"a", "b"};
  std::variant<codec_items::point, inner_choice, std::vector<codec_items::named_point>> choice;
  codec_items::tree branch;
  std::deque<std::unique_ptr<std::uint64_t>> pointers;
  std::shared_ptr<codec_items::point> shared;
};
BOOST_DESCRIBE_STRUCT(older_plain, (), (many, kinds, forgotten, choice, branch, pointers, shared))

struct older_item {
  codec_items::by_function by_function;
  older_plain plain;
  codec_items::by_member versioned;
  std::vector<codec_items::by_split> split;
  std::map<std::string, codec_items::by_member> named;
};
BOOST_DESCRIBE_STRUCT(older_item, (), (by_function, plain, versioned, split, named))

inline described_item described_example() {
  described_item item;
  item.kinds = codec_items::example();
  item.branch.value = 1;
  item.branch.children.resize(2);
  item.branch.next = std::make_unique<codec_items::tree>();
  item.choice = inner_choice{std::string{"inner"}};
  item.maybe_many = std::vector<std::optional<std::int8_t>>{std::int8_t{-1}, std::nullopt};
  item.shared = std::make_shared<codec_items::named_point>();
  item.many = {{std::int16_t{1}, {2, 3}}, {std::int16_t{1}, {4, 5}}};
  item.pointers.push_back(std::make_unique<std::uint32_t>(7U));
  item.pointers.emplace_back();
  return item;
}

inline rich_item rich_example() {
  rich_item item;
  item.plain = described_example();
  item.versioned = {"name", {1, 2, 3}};
  item.split.resize(2);
  item.by_function = {1.5, -2.5};
  item.named.emplace("other", codec_items::by_member{"o", {}});
  return item;
}

/// Hash tables come in another order each time they are filled, so their content is compared apart.
template <class T>
std::map<int, std::string> take_hashed(T& item) {
  auto& kinds = [&]() -> codec_items::many_kinds& {
    if constexpr (requires { item.plain; })
      return item.plain.kinds;
    else
      return item.kinds;
  }();
  std::map<int, std::string> sorted{kinds.hashed.begin(), kinds.hashed.end()};
  kinds.hashed.clear();
  return sorted;
}

}  // namespace fuzz
