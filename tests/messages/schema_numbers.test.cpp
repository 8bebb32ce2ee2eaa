#include <penstock/messages/schema_numbers.hpp>

#include <penstock_test/catch.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <type_traits>
#include <utility>
#include <vector>

using namespace penstock::detail;

namespace {

template <class T>
constexpr number_kind kind_of() {
  if constexpr (std::is_same_v<T, bool>) return number_kind::boolean;
  if constexpr (std::is_same_v<T, float>) return number_kind::f32;
  if constexpr (std::is_same_v<T, double>) return number_kind::f64;
  if constexpr (std::is_same_v<T, char>) return number_kind::character;
  constexpr int step = std::countr_zero(sizeof(T));
  return static_cast<number_kind>(static_cast<int>(std::is_signed_v<T> ? number_kind::i8 : number_kind::u8) +
                                  step);
}

/// What a T becomes as a To; nothing where it does not fit.
template <class To, class T>
std::optional<To> as(T value) {
  std::vector<std::byte> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  std::vector<std::byte> made;
  if (!convert_number(kind_of<T>(), kind_of<To>(), bytes.data(), made)) return std::nullopt;
  REQUIRE(made.size() == sizeof(To));
  To result{};
  std::memcpy(&result, made.data(), sizeof result);
  return result;
}

/// Whether one integer becomes another kind exactly where the language says that it fits.
template <class To, class T>
void agree(T value) {
  const auto made = as<To>(value);
  INFO(+value);
  REQUIRE(made.has_value() == std::in_range<To>(value));
  if (made) REQUIRE(*made == static_cast<To>(value));
}

template <class T>
void agree_with_all(T value) {
  agree<std::int8_t>(value);
  agree<std::int16_t>(value);
  agree<std::int32_t>(value);
  agree<std::int64_t>(value);
  agree<std::uint8_t>(value);
  agree<std::uint16_t>(value);
  agree<std::uint32_t>(value);
  agree<std::uint64_t>(value);
}

}  // namespace

TEST_CASE("whole numbers become other kinds exactly where they are in range") {
  std::mt19937_64 random{7};
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t bits = random() >> random() % 64;
    const std::uint64_t value = i % 3 == 0 ? ~bits : bits;
    agree_with_all(static_cast<std::int8_t>(value));
    agree_with_all(static_cast<std::int16_t>(value));
    agree_with_all(static_cast<std::int32_t>(value));
    agree_with_all(static_cast<std::int64_t>(value));
    agree_with_all(static_cast<std::uint8_t>(value));
    agree_with_all(static_cast<std::uint16_t>(value));
    agree_with_all(static_cast<std::uint32_t>(value));
    agree_with_all(value);
  }
  agree_with_all(std::numeric_limits<std::int64_t>::min());
  agree_with_all(std::numeric_limits<std::uint64_t>::max());
  agree_with_all(std::int32_t{-128});
  agree_with_all(std::int32_t{-129});
}

TEST_CASE("a whole number becomes a real one only as it is") {
  CHECK(as<double>(std::int64_t{1} << 53) == 9007199254740992.0);
  CHECK(as<double>((std::int64_t{1} << 53) + 1) == std::nullopt);
  CHECK(as<double>((std::int64_t{1} << 53) + 2) == 9007199254740994.0);
  CHECK(as<double>(std::numeric_limits<std::int64_t>::min()) == -9223372036854775808.0);
  CHECK(as<float>(std::int32_t{16777217}) == std::nullopt);
  CHECK(as<float>(std::int32_t{-16777216}) == -16777216.0F);
  CHECK(as<double>(std::uint8_t{0}) == 0.0);
}

TEST_CASE("a real number becomes a whole one only where nothing is behind the point") {
  CHECK(as<int>(-3.0) == -3);
  CHECK(as<int>(-0.0) == 0);
  CHECK(as<int>(2.5) == std::nullopt);
  CHECK(as<int>(2147483648.0) == std::nullopt);
  CHECK(as<std::uint8_t>(-1.0) == std::nullopt);
  CHECK(as<std::uint64_t>(18446744073709551616.0) == std::nullopt);
  CHECK(as<std::int64_t>(-9223372036854775808.0) == std::numeric_limits<std::int64_t>::min());
  CHECK(as<int>(std::nan("")) == std::nullopt);
  CHECK(as<int>(HUGE_VAL) == std::nullopt);
}

TEST_CASE("a real number may lose digits, and no more") {
  CHECK(as<float>(0.1) == 0.1F);
  CHECK(as<double>(0.1F) == static_cast<double>(0.1F));
  CHECK(as<float>(1e300) == std::nullopt);
  CHECK(as<float>(-HUGE_VAL) == -HUGE_VALF);
  CHECK(std::isnan(as<float>(std::nan("")).value()));
}

TEST_CASE("truth values are 0 and 1, and characters numbers up to 127") {
  CHECK(as<int>(true) == 1);
  CHECK(as<bool>(1) == true);
  CHECK(as<bool>(2) == std::nullopt);
  CHECK(as<int>('A') == 65);
  CHECK(as<char>(65) == 'A');
  CHECK(as<char>('\xe4') == '\xe4');
  CHECK(as<int>('\xe4') == std::nullopt);
  CHECK(as<char>(200) == std::nullopt);
  CHECK(as<char>(-1) == std::nullopt);
}

TEST_CASE("ticks become ticks of another period where they are whole ones") {
  const schema_period seconds{1, 1};
  const schema_period milliseconds{1, 1000};
  const schema_period minutes{60, 1};
  const auto whole = [](std::int64_t value) {
    schema_number number;
    number.negative = value < 0;
    number.magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
    return number;
  };
  CHECK(in_period(whole(-3), seconds, milliseconds)->text() == "-3000");
  CHECK(in_period(whole(7000), milliseconds, seconds)->text() == "7");
  CHECK(!in_period(whole(7001), milliseconds, seconds));
  CHECK(in_period(whole(120), seconds, minutes)->text() == "2");
  CHECK(!in_period(whole(std::numeric_limits<std::int64_t>::max()), minutes, milliseconds));
  const schema_period huge{std::numeric_limits<std::int64_t>::max(), 1};
  const schema_period tiny{1, std::numeric_limits<std::int64_t>::max()};
  CHECK(!in_period(whole(1), huge, tiny));
  CHECK(!in_period(whole(1), tiny, huge));
  CHECK(in_period(whole(0), huge, tiny)->text() == "0");
  // 2 to the 128th of them.
  CHECK(!in_period(whole(16), {std::int64_t{1} << 62U, 1}, {1, std::int64_t{1} << 62U}));
  schema_number half;
  half.real = true;
  half.value = 0.5;
  CHECK(in_period(half, seconds, milliseconds)->value == 500.0);
}
