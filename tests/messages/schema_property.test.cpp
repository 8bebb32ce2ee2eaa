#include <penstock/messages/schema_archive.hpp>

#include <penstock_test/catch.hpp>

#include <algorithm>
#include <array>
#include <boost/describe/enum.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <penstock/messages/codec.hpp>

#include "codec_items.hpp"

namespace ps = penstock;
using namespace codec_items;

namespace {

enum class paint : std::int32_t { blue = 7, green = 1'000'000, red = -3 };
BOOST_DESCRIBE_ENUM(paint, blue, green, red)
enum class dye : std::uint8_t { red, green };
BOOST_DESCRIBE_ENUM(dye, red, green)

struct leaf_1 {
  std::uint8_t a = 0;
  dye tint = dye::red;
  std::vector<leaf_1> more;
};
BOOST_DESCRIBE_STRUCT(leaf_1, (), (a, tint, more))

struct leaf_2 {
  std::deque<leaf_2> more;
  std::optional<paint> tint;
  std::int64_t a = 0;
};
BOOST_DESCRIBE_STRUCT(leaf_2, (), (more, tint, a))

struct item_1 {
  std::int32_t small = 0;
  std::string text;
  std::vector<std::uint16_t> block;
  std::map<std::int16_t, std::string> table;
  std::set<std::string> words;
  std::variant<std::int32_t, std::string, leaf_1> either;
  std::array<float, 3> three{};
  std::optional<std::uint32_t> maybe;
  std::vector<leaf_1> leaves;
  std::chrono::milliseconds wait{};
  bool flag = false;
  by_member own;
  std::vector<nothing> nothings;
};
BOOST_DESCRIBE_STRUCT(item_1, (),
                      (small, text, block, table, words, either, three, maybe, leaves, wait, flag, own,
                       nothings))

struct item_2 {
  std::vector<nothing> nothings;
  std::optional<std::string> fresh = "fresh";
  int flag = 0;
  std::list<leaf_2> leaves;
  std::variant<leaf_2, std::string, bool, std::int64_t> either;
  std::vector<double> three;
  by_member own;
  std::chrono::nanoseconds wait{};
  std::vector<std::string> words;
  std::vector<std::pair<long, std::string>> table;
  std::shared_ptr<std::uint64_t> maybe;
  std::list<std::int32_t> block;
  std::string text;
  double small = 0;
};
BOOST_DESCRIBE_STRUCT(item_2, (),
                      (nothings, fresh, flag, leaves, either, three, own, wait, words, table, maybe, block,
                       text, small))

class random_items {
 public:
  explicit random_items(unsigned seed) : random_{seed} {}

  std::size_t below(std::size_t end) { return random_() % end; }
  std::string text() { return std::string(below(5), static_cast<char>('a' + below(26))); }

  leaf_1 leaf(int depth) {
    leaf_1 made;
    made.a = static_cast<std::uint8_t>(random_());
    made.tint = below(2) == 0 ? dye::red : dye::green;
    if (depth > 0) {
      for (auto count = below(3); count > 0; --count) made.more.push_back(leaf(depth - 1));
    }
    return made;
  }

  item_1 item() {
    item_1 made;
    made.small = static_cast<std::int32_t>(random_());
    made.text = text();
    for (auto count = below(4); count > 0; --count) {
      made.block.push_back(static_cast<std::uint16_t>(random_()));
      made.table.emplace(static_cast<std::int16_t>(random_()), text());
      made.words.insert(text());
      made.leaves.push_back(leaf(3));
    }
    switch (below(3)) {
      case 0:
        made.either = static_cast<std::int32_t>(random_());
        break;
      case 1:
        made.either = text();
        break;
      default:
        made.either = leaf(2);
    }
    for (float& each : made.three) each = static_cast<float>(below(1000)) / 8;
    if (below(2) == 0) made.maybe = static_cast<std::uint32_t>(random_());
    made.wait = std::chrono::milliseconds{static_cast<std::int32_t>(random_())};
    made.flag = below(2) == 0;
    made.own = by_member{text(), {1, 2}};
    made.nothings.resize(below(3));
    return made;
  }

 private:
  std::mt19937 random_;
};

bool same(const leaf_1& was, const leaf_2& is) {
  return was.a == is.a && (was.tint == dye::red ? paint::red : paint::green) == is.tint &&
         std::equal(was.more.begin(), was.more.end(), is.more.begin(), is.more.end(), same);
}

void check_same(const item_1& was, const item_2& is) {
  CHECK(static_cast<double>(was.small) == is.small);
  CHECK(was.text == is.text);
  CHECK(std::equal(was.block.begin(), was.block.end(), is.block.begin(), is.block.end()));
  REQUIRE(was.table.size() == is.table.size());
  CHECK(std::equal(was.table.begin(), was.table.end(), is.table.begin(),
                   [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; }));
  CHECK(std::equal(was.words.begin(), was.words.end(), is.words.begin(), is.words.end()));
  if (const auto* number = std::get_if<std::int32_t>(&was.either)) {
    CHECK(std::get<std::int64_t>(is.either) == *number);
  } else if (const auto* text = std::get_if<std::string>(&was.either)) {
    CHECK(std::get<std::string>(is.either) == *text);
  } else {
    CHECK(same(std::get<leaf_1>(was.either), std::get<leaf_2>(is.either)));
  }
  CHECK(std::equal(was.three.begin(), was.three.end(), is.three.begin(), is.three.end()));
  CHECK(was.maybe.has_value() == (is.maybe != nullptr));
  if (was.maybe && is.maybe) CHECK(*was.maybe == *is.maybe);
  CHECK(std::equal(was.leaves.begin(), was.leaves.end(), is.leaves.begin(), is.leaves.end(), same));
  CHECK(was.wait == is.wait);
  CHECK(static_cast<int>(was.flag) == is.flag);
  CHECK(was.own == is.own);
  CHECK(was.nothings.size() == is.nothings.size());
  CHECK(is.fresh == "fresh");
}

/// True where it was read; everything but codec_error fails the test.
bool is_read(const std::vector<std::byte>& bytes, const ps::item_schema& written) {
  try {
    static_cast<void>(ps::decode<item_2>(bytes, written));
    return true;
  } catch (const ps::codec_error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("any item of one form is the same item in another") {
  const auto written = ps::schema_of<item_1>();
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    const item_1 was = random_items{seed}.item();
    check_same(was, ps::decode<item_2>(ps::encode(was), *written));
  }
}

TEST_CASE("an item whose bytes were damaged is read in another form or refused") {
  const auto written = ps::schema_of<item_1>();
  std::size_t read = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    INFO("seed " << seed);
    random_items random{seed};
    auto bytes = ps::encode(random.item());
    for (std::size_t changes = 1 + random.below(3); changes > 0; --changes) {
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    }
    if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
    if (is_read(bytes, *written)) ++read;
  }
  CHECK(read > 0);
  CHECK(read < 3000);
}

TEST_CASE("an item whose description was damaged is read or refused") {
  const auto good = ps::schema_of<item_1>();
  const std::string letters = "{}[]\",:0123456789abcdefghijklmnopqrstuvwxyz";
  std::size_t read = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    INFO("seed " << seed);
    random_items random{seed};
    const auto bytes = ps::encode(random.item());
    ps::item_schema bad{"another", good->description};
    std::string& text = bad.description;
    switch (random.below(3)) {
      case 0:
        text[random.below(text.size())] = letters[random.below(letters.size())];
        break;
      case 1: {
        // A number or kind that stands elsewhere in it.
        const auto from = random.below(text.size() - 8);
        text.replace(random.below(text.size() - 8), 3, text.substr(from, 3));
        break;
      }
      default:
        text.erase(random.below(text.size() - 40), random.below(40));
    }
    if (is_read(bytes, bad)) ++read;
  }
  CHECK(read > 0);
  CHECK(read < 3000);
}
