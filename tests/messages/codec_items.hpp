#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <boost/serialization/nvp.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <boost/serialization/version.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

/// Items of all the kinds that users write.
namespace codec_items {

enum class colour : std::uint8_t { red, green };

struct point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool operator==(const point&) const = default;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct named_point : point {
  std::string name;
  bool operator==(const named_point&) const = default;
};
BOOST_DESCRIBE_STRUCT(named_point, (point), (name))

/// Private members, described.
class secret {
 public:
  secret() = default;
  explicit secret(int code) : code_{code} {}
  bool operator==(const secret&) const = default;

 private:
  int code_ = 0;
  BOOST_DESCRIBE_CLASS(secret, (), (), (), (code_))
};

struct nothing {
  bool operator==(const nothing&) const = default;
};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

struct many_kinds {
  bool flag = false;
  char letter = 'a';
  std::uint64_t big = 0;
  double ratio = 0;
  colour tint = colour::red;
  std::byte raw{};
  std::string text;
  std::u16string wide;
  std::vector<std::uint16_t> block;
  std::vector<bool> flags;
  std::vector<std::string> words;
  std::list<named_point> points;
  std::map<std::string, std::vector<int>> table;
  std::unordered_map<int, std::string> hashed;
  std::set<int> numbers;
  std::optional<point> maybe;
  std::variant<std::monostate, int, std::string> either;
  std::array<float, 3> three{};
  std::tuple<int, std::string> parts;
  std::pair<int, point> couple;
  std::chrono::milliseconds wait{};
  std::chrono::system_clock::time_point when;
  std::vector<nothing> nothings;
  secret hidden;
  bool operator==(const many_kinds&) const = default;
};
BOOST_DESCRIBE_STRUCT(many_kinds, (),
                      (flag, letter, big, ratio, tint, raw, text, wide, block, flags, words, points, table,
                       hashed, numbers, maybe, either, three, parts, couple, wait, when, nothings, hidden))

inline many_kinds example() {
  many_kinds item;
  item.flag = true;
  item.letter = 'z';
  item.big = 0x0123456789abcdefu;
  item.ratio = -2.5;
  item.tint = colour::green;
  item.raw = std::byte{7};
  item.text = "hello";
  item.wide = u"wide";
  item.block = {1, 2, 65535};
  item.flags = {true, false, true};
  item.words = {"one", "", "three"};
  item.points = {{{1, 2}, "p"}, {{-3, 4}, "q"}};
  item.table = {{"a", {1, 2}}, {"b", {}}};
  item.hashed = {{5, "five"}};
  item.numbers = {3, 1, 2};
  item.maybe = point{9, 8};
  item.either = std::string{"other"};
  item.three = {1.5F, 2.5F, 3.5F};
  item.parts = {4, "four"};
  item.couple = {6, {7, 8}};
  item.wait = std::chrono::milliseconds{250};
  item.when = std::chrono::system_clock::time_point{std::chrono::seconds{1}};
  item.nothings.resize(3);
  item.hidden = secret{42};
  return item;
}

/// A member function, with names; version 2 knows `added`.
class by_member {
 public:
  by_member() = default;
  by_member(std::string name, std::vector<int> sizes) : name_{std::move(name)}, sizes_{std::move(sizes)} {}
  bool operator==(const by_member&) const = default;

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void serialize(Archive& archive, const unsigned int version) {
    archive& boost::serialization::make_nvp("name", name_);
    archive& boost::serialization::make_nvp("sizes", sizes_);
    if (version >= 2) archive& boost::serialization::make_nvp("added", added_);
  }

  std::string name_;
  std::vector<int> sizes_;
  int added_ = 5;
};

/// Saving and loading apart, without names.
struct by_split {
  int value = 0;
  bool operator==(const by_split&) const = default;

  template <class Archive>
  void save(Archive& archive, const unsigned int) const {
    archive << value << std::string{"end"};
  }
  template <class Archive>
  void load(Archive& archive, const unsigned int) {
    std::string end;
    archive >> value >> end;
  }
  BOOST_SERIALIZATION_SPLIT_MEMBER()
};

/// A free function where Boost looks for it.
struct by_function {
  double a = 0;
  double b = 0;
  bool operator==(const by_function&) const = default;
};

struct tree {
  int value = 0;
  std::vector<tree> children;
  std::unique_ptr<tree> next;
};
BOOST_DESCRIBE_STRUCT(tree, (), (value, children, next))

}  // namespace codec_items

BOOST_CLASS_VERSION(codec_items::by_member, 2)

namespace boost::serialization {
template <class Archive>
void serialize(Archive& archive, codec_items::by_function& item, const unsigned int) {
  archive& item.a& item.b;
}
}  // namespace boost::serialization
