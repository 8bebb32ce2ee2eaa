#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include <penstock/messages/codec.hpp>

namespace reliability {

/// The item of one program in four of its versions. All hold the same in `n`, `ms`, `text` and `tint`, by
/// which who reads sees whether it read right.
namespace first {
enum class colour { red, green, blue };
BOOST_DESCRIBE_ENUM(colour, red, green, blue)
struct order {
  std::uint32_t id = 0;
  std::int32_t n = 0;
  std::int32_t ms = 0;
  std::string text;
  colour tint = colour::red;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, n, ms, text, tint))
}  // namespace first

/// Two members and two enumerators have changed places.
namespace second {
enum class colour { blue, green, red };
BOOST_DESCRIBE_ENUM(colour, blue, green, red)
struct order {
  std::uint32_t id = 0;
  std::int32_t ms = 0;
  std::int32_t n = 0;
  std::string text;
  colour tint = colour::red;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, ms, n, text, tint))
}  // namespace second

/// A number is wider, and there is a member that may be absent.
namespace third {
using colour = second::colour;
struct order {
  std::uint32_t id = 0;
  std::int64_t n = 0;
  std::int32_t ms = 0;
  std::string text;
  std::optional<std::string> note;
  colour tint = colour::red;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, n, ms, text, note, tint))
}  // namespace third

/// A member more, without which it can't go on.
namespace fourth {
using colour = second::colour;
struct order {
  std::uint32_t id = 0;
  std::int32_t n = 0;
  std::int32_t ms = 0;
  std::string text;
  colour tint = colour::red;
  std::uint32_t must = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, n, ms, text, tint, must))
}  // namespace fourth

inline constexpr unsigned order_versions = 4;
inline constexpr std::uint32_t orders_of_version = 15;

/// Which version wrote the order.
inline unsigned writer_of(std::uint32_t id) { return 1 + id / orders_of_version; }
/// Of the third version every fifth has a number that only it can hold.
inline bool is_wide(std::uint32_t id) { return writer_of(id) == 3 && id % 5 == 0; }
inline std::int64_t number_of(std::uint32_t id) {
  return std::int64_t{id} * 1'000 + (is_wide(id) ? std::int64_t{1} << 40 : 0);
}

/// The fourth version reads what it has written alone; the others read all, but for numbers that are too
/// large.
inline bool can_read(unsigned version, std::uint32_t id) {
  if (version == 4) return writer_of(id) == 4;
  return version == 3 || !is_wide(id);
}

template <class Order>
Order make_order(std::uint32_t id) {
  Order made;
  made.id = id;
  made.n = static_cast<decltype(made.n)>(number_of(id));
  made.ms = -static_cast<std::int32_t>(id);
  made.text = "order " + std::to_string(id);
  made.tint = id % 2 == 0 ? decltype(made.tint)::red : decltype(made.tint)::blue;
  return made;
}

template <class Order>
bool is_right(const Order& order) {
  const auto made = make_order<Order>(order.id);
  return order.n == made.n && order.ms == made.ms && order.text == made.text && order.tint == made.tint;
}

}  // namespace reliability
