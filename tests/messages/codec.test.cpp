#include <penstock/messages/codec.hpp>

#include <penstock_test/catch.hpp>

#include <array>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

#include <penstock/messages/outcome.hpp>

#include "codec_items.hpp"

namespace ps = penstock;
using namespace codec_items;

namespace {

template <class T>
T there_and_back(const T& item) {
  return ps::decode<T>(ps::encode(item));
}

}  // namespace

TEST_CASE("a described struct of every kind of member comes back as it was", "[messages][codec]") {
  CHECK(there_and_back(example()) == example());
  CHECK(there_and_back(many_kinds{}) == many_kinds{});
}

TEST_CASE("types with a Boost serialize function come back as they were", "[messages][codec]") {
  CHECK(there_and_back(by_member{"name", {1, 2, 3}}) == by_member{"name", {1, 2, 3}});
  CHECK(there_and_back(by_split{17}) == by_split{17});
  CHECK(there_and_back(by_function{1.5, -0.5}) == by_function{1.5, -0.5});
  const std::vector<by_member> several{{"a", {}}, {"b", {1}}};
  CHECK(there_and_back(several) == several);
}

TEST_CASE("plain values and containers need no description", "[messages][codec]") {
  CHECK(there_and_back(7) == 7);
  CHECK(there_and_back(std::string(100'000, 'x')) == std::string(100'000, 'x'));
  const std::map<int, std::optional<std::string>> table{{1, "one"}, {2, std::nullopt}};
  CHECK(there_and_back(table) == table);
}

TEST_CASE("what a smart pointer points to travels with it", "[messages][codec]") {
  CHECK(*there_and_back(std::make_unique<int>(3)) == 3);
  CHECK(there_and_back(std::unique_ptr<int>{}) == nullptr);
  CHECK(*there_and_back(std::make_shared<std::string>("shared")) == "shared");
}

TEST_CASE("numbers are written little-endian, counts short, and nothing between them", "[messages][codec]") {
  const auto bytes = ps::encode(named_point{{1, -2}, "ab"});
  const std::vector<int> expected{1, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 2, 'a', 'b'};
  std::vector<int> found;
  for (const auto byte : bytes) found.push_back(std::to_integer<int>(byte));
  CHECK(found == expected);
}

TEST_CASE("every beginning of an item is refused, and so is a byte too many", "[messages][codec]") {
  auto bytes = ps::encode(example());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_THROWS_AS(ps::decode<many_kinds>({bytes.data(), length}), ps::codec_error);
  }
  bytes.push_back(std::byte{0});
  CHECK_THROWS_AS(ps::decode<many_kinds>(bytes), ps::codec_error);
}

TEST_CASE("a count larger than what is left is refused before anything is allocated", "[messages][codec]") {
  // 2^40 elements are claimed.
  const std::vector<int> claim{1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0};
  std::vector<std::byte> bytes;
  for (const int byte : claim) bytes.push_back(static_cast<std::byte>(byte));
  CHECK_THROWS_AS(ps::decode<std::string>(bytes), ps::codec_error);
  CHECK_THROWS_AS(ps::decode<std::vector<std::uint64_t>>(bytes), ps::codec_error);
  CHECK_THROWS_AS(ps::decode<std::vector<std::string>>(bytes), ps::codec_error);
  CHECK_THROWS_AS(ps::decode<std::vector<nothing>>(bytes), ps::codec_error);
  CHECK_THROWS_AS((ps::decode<std::map<int, int>>(bytes)), ps::codec_error);
}

TEST_CASE("a newer version of a type than the program's is refused", "[messages][codec]") {
  auto bytes = ps::encode(by_member{});
  REQUIRE(bytes[1] == std::byte{2});
  bytes[1] = std::byte{3};
  CHECK_THROWS_AS(ps::decode<by_member>(bytes), ps::codec_error);
}

TEST_CASE("bytes of another format are refused", "[messages][codec]") {
  auto bytes = ps::encode(1);
  bytes[0] = std::byte{9};
  CHECK_THROWS_AS(ps::decode<int>(bytes), ps::codec_error);
}

TEST_CASE("nesting deeper than the limit is refused when writing and when reading", "[messages][codec]") {
  tree root;
  tree* last = &root;
  for (int depth = 0; depth < ps::archive_depth_limit; ++depth) {
    last->next = std::make_unique<tree>();
    last = last->next.get();
  }
  std::vector<std::byte> bytes{std::byte{42}};
  CHECK_THROWS_AS(ps::encode_into(root, bytes), ps::codec_error);
  CHECK(bytes == std::vector<std::byte>{std::byte{42}});

  std::vector<std::byte> endless{ps::archive_format};
  for (int depth = 0; depth < 100'000; ++depth) {
    for (const int byte : {0, 0, 0, 0, 0, 1}) endless.push_back(static_cast<std::byte>(byte));
  }
  CHECK_THROWS_AS(ps::decode<tree>(endless), ps::codec_error);
}

TEST_CASE("an error of the codec names the type", "[messages][codec]") {
  try {
    ps::decode<point>({});
    FAIL("decoded nothing");
  } catch (const ps::codec_error& e) {
    CHECK(std::string{e.what()}.find("codec_items::point") != std::string::npos);
  }
}

TEST_CASE("damaged bytes give an item or a codec_error, and never use much memory", "[messages][codec]") {
  constexpr unsigned seed = 20'261;
  constexpr int mutants = 20'000;
  std::mt19937 random{seed};
  const auto pick = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>{0, below - 1}(random);
  };
  tree forest;
  forest.children.resize(3);
  forest.next = std::make_unique<tree>();
  const std::vector<std::byte> originals[] = {
      ps::encode(example()), ps::encode(std::vector<by_member>{{"a", {1}}, {"b", {}}}), ps::encode(forest)};
  int refused = 0;
  for (int i = 0; i < mutants; ++i) {
    const std::size_t which = pick(std::size(originals));
    auto bytes = originals[which];
    for (std::size_t change = pick(4) + 1; change > 0; --change)
      bytes[1 + pick(bytes.size() - 1)] = std::byte(pick(256));
    if (pick(4) == 0) bytes.resize(pick(bytes.size()));
    if (pick(4) == 0) bytes.insert(bytes.end(), pick(8), std::byte{0xff});
    try {
      if (which == 0) {
        const auto item = ps::decode<many_kinds>(bytes);
        // Every byte that was read may have become one element, of sizeof(string) at most, and of twice that
        // while it grew.
        CHECK(item.words.capacity() <= 2 * bytes.size());
        CHECK(item.text.capacity() <= bytes.size() + 16);
      } else if (which == 1) {
        ps::decode<std::vector<by_member>>(bytes);
      } else {
        ps::decode<tree>(bytes);
      }
    } catch (const ps::codec_error&) {
      ++refused;
    }
  }
  INFO("seed " << seed);
  CHECK(refused > mutants / 4);
  CHECK(refused < mutants);
}

TEST_CASE("an erased codec writes what encode and to_json write", "[messages][codec]") {
  const ps::item_codec& codec = ps::item_codec_of<named_point>();
  const named_point item{{1, 2}, "n"};
  std::vector<std::byte> bytes;
  codec.encode(&item, bytes);
  CHECK(bytes == ps::encode(item));
  CHECK(codec.json(&item) == R"({"x":1,"y":2,"name":"n"})");
  CHECK(std::string{codec.type} == "codec_items::named_point");
  CHECK(&codec == &ps::item_codec_of<named_point>());
}

TEST_CASE("an outcome is written down with its value or its failure, but not with the exception") {
  using outcomes = std::vector<ps::outcome<int>>;
  outcomes all{7, ps::make_failure("decode", 2, std::make_exception_ptr(std::out_of_range{"bad"}))};
  const auto back = ps::decode<outcomes>(ps::encode(all));
  REQUIRE(back.size() == 2);
  CHECK(back[0].value() == 7);
  CHECK(back[1].failure().stage == "decode");
  CHECK(back[1].failure().attempt == 2);
  CHECK(back[1].failure().text == "bad");
  CHECK(back[1].failure().error == nullptr);
  CHECK(ps::to_json(all) == R"([7,{"stage":"decode","attempt":2,"type":"std::out_of_range","text":"bad"}])");
}

TEST_CASE("an erased codec reads a batch of what it wrote, and refuses anything else", "[messages][codec]") {
  const ps::item_codec& codec = ps::item_codec_of<named_point>();
  const auto first = ps::encode(named_point{{1, 2}, "one"});
  const auto second = ps::encode(named_point{{3, 4}, "two"});
  const std::array<std::span<const std::byte>, 2> both{first, second};
  std::exception_ptr failed;
  ps::batch items = codec.decode(both, failed);
  CHECK(!failed);
  REQUIRE(items.size() == 2);
  CHECK(items.items<named_point>()[1] == named_point{{3, 4}, "two"});
  const std::array<std::span<const std::byte>, 3> damaged{first, std::span{first}.first(first.size() / 2),
                                                          second};
  items = codec.decode(damaged, failed);
  CHECK(items.size() == 1);
  REQUIRE(failed);
  CHECK_THROWS_AS(std::rethrow_exception(failed), ps::codec_error);
}

namespace {

struct never_empty {
  explicit never_empty(int given) : value{given} {}
  int value;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& value;
  }
};

}  // namespace

TEST_CASE("a type without a default constructor can be written, not read", "[messages][codec]") {
  CHECK(ps::item_codec_of<never_empty>().decode == nullptr);
  CHECK(ps::item_codec_of<never_empty>().json != nullptr);
}
