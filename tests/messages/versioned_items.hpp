#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/may_be_absent.hpp>

#include "codec_items.hpp"

/// Types as programs of different days know them.
namespace versioned_items {

/// `item`, as a program wrote it, read by one that has To in its place.
template <class To, class From>
To as(const From& item, penstock::read_notes* notes = nullptr) {
  return penstock::decode<To>(penstock::encode(item), *penstock::schema_of<From>(), notes);
}

template <class To, class From>
std::string refusal(const From& item) {
  try {
    as<To>(item);
  } catch (const penstock::codec_error& error) {
    return error.what();
  }
  return "was read";
}

struct job_1 {
  int n = 0;
  int ms = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(job_1, (), (n, ms, name))

struct job_exchanged {
  int ms = 0;
  int n = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(job_exchanged, (), (ms, n, name))

struct job_grown {
  std::string label = "none";
  std::optional<int> priority;
  long n = 0;
  long ms = 0;
  std::string name;
  std::optional<std::string> owner = "nobody";
};
BOOST_DESCRIBE_STRUCT(job_grown, (), (label, priority, n, ms, name, owner))

struct job_renamed {
  int n = 0;
  int millis = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(job_renamed, (), (n, millis, name))

struct base {
  int id = 0;
  int weight = 7;
};
BOOST_DESCRIBE_STRUCT(base, (), (id, weight))
struct derived : base {
  int id = 0;
  std::string name = "new";
};
BOOST_DESCRIBE_STRUCT(derived, (base), (id, name))
struct derived_before : base {
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(derived_before, (base), (id))
struct only_id {
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(only_id, (), (id))

enum class light : std::uint8_t { red, green, blue };
BOOST_DESCRIBE_ENUM(light, red, green, blue)
enum class colour : std::int32_t { green = -5, red = 100000, yellow = 3 };
BOOST_DESCRIBE_ENUM(colour, red, green, yellow)
enum class flags : std::uint16_t { a = 1, b = 2 };
BOOST_DESCRIBE_ENUM(flags, a, b)
struct flags_1 {
  flags set{};
};
BOOST_DESCRIBE_STRUCT(flags_1, (), (set))
struct flags_2 {
  std::optional<int> more;
  flags set{};
};
BOOST_DESCRIBE_STRUCT(flags_2, (), (more, set))

struct node_1 {
  int value = 0;
  std::vector<node_1> children;
  std::unique_ptr<node_1> next;
};
BOOST_DESCRIBE_STRUCT(node_1, (), (value, children, next))
struct node_2 {
  std::unique_ptr<node_2> next;
  std::list<node_2> children;
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(node_2, (), (next, children, value))

struct circle {
  double r = 0;
};
BOOST_DESCRIBE_STRUCT(circle, (), (r))
struct square {
  double side = 0;
};
BOOST_DESCRIBE_STRUCT(square, (), (side))
struct circle_2 {
  std::optional<std::string> label;
  double r = 0;
};
BOOST_DESCRIBE_STRUCT(circle_2, (), (label, r))
struct celsius {
  double degrees = 0;
};
BOOST_DESCRIBE_STRUCT(celsius, (), (degrees))
struct fahrenheit {
  double degrees = 0;
};
BOOST_DESCRIBE_STRUCT(fahrenheit, (), (degrees))

struct with_opaque {
  codec_items::by_member own;
  int behind = 0;
};
BOOST_DESCRIBE_STRUCT(with_opaque, (), (own, behind))
struct opaque_moved {
  long behind = 0;
  codec_items::by_member own;
};
BOOST_DESCRIBE_STRUCT(opaque_moved, (), (behind, own))
struct opaque_gone {
  int behind = 0;
};
BOOST_DESCRIBE_STRUCT(opaque_gone, (), (behind))
struct opaque_elsewhere {
  int behind = 0;
  std::optional<codec_items::by_member> other;
};
BOOST_DESCRIBE_STRUCT(opaque_elsewhere, (), (behind, other))

}  // namespace versioned_items

template <>
inline constexpr auto penstock::may_be_absent<versioned_items::job_grown> =
    penstock::members(&versioned_items::job_grown::label);
template <>
inline constexpr auto penstock::may_be_absent<versioned_items::derived> =
    penstock::members(&versioned_items::derived::name);
template <>
inline constexpr auto penstock::may_be_absent<versioned_items::base> = penstock::all_members;
