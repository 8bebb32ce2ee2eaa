#include <penstock/messages/lineage.hpp>

#include <memory>
#include <random>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::make_token;
using penstock_test::verdict;

namespace {

/// The same without run lengths: one token per item.
using plain = std::vector<ps::token*>;

void check_same(const ps::lineage& coded, const plain& expected) {
  std::uint32_t items = 0;
  for (const auto& run : coded.runs()) {
    REQUIRE(run.count > 0);
    items += run.count;
  }
  REQUIRE(items == expected.size());
  for (std::uint32_t i = 0; i < items; ++i) REQUIRE(coded.at(i) == expected[i]);
}

class random_lineages {
 public:
  explicit random_lineages(unsigned seed) : random_{seed} {
    for (int i = 0; i < 4; ++i) tokens_.push_back(make_token());
    tokens_.push_back(nullptr);
  }

  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  ps::lineage make(plain& expected) {
    ps::lineage made;
    for (auto runs = below(8); runs > 0; --runs) {
      const auto& holder = tokens_[below(tokens_.size())];
      const auto count = below(5);
      made.append(holder, count);
      expected.insert(expected.end(), count, holder.get());
    }
    return made;
  }

 private:
  std::mt19937 random_;
  std::vector<ps::ref<ps::token>> tokens_;
};

}  // namespace

TEST_CASE("neighbouring items of one token are one run") {
  const auto a = make_token();
  const auto b = make_token();
  ps::lineage tokens;
  tokens.append(a, 2);
  tokens.append(a, 3);
  tokens.append(b, 0);
  tokens.append(a, 1);
  CHECK(tokens.runs().size() == 1);
  CHECK(tokens.runs().front().count == 6);
}

TEST_CASE("splitting a lineage and joining it again changes no item's token") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    random_lineages some{seed};
    plain expected;
    ps::lineage all = some.make(expected);
    const auto at = some.below(expected.size() + 2);
    const auto middle =
        expected.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(at, expected.size()));
    ps::lineage front = all.split_front(at);
    check_same(front, plain(expected.begin(), middle));
    check_same(all, plain(middle, expected.end()));
    front.append(std::move(all));
    check_same(front, expected);
  }
}

TEST_CASE("outputs have the token of the item that they came of") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    random_lineages some{seed};
    plain items;
    const ps::lineage in = some.make(items);
    // Not all items need have been worked on.
    std::vector<std::uint32_t> counts(some.below(items.size() + 1));
    plain expected;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] = some.below(4);
      expected.insert(expected.end(), counts[i], items[i]);
    }
    check_same(in.expand(counts), expected);
  }
}

TEST_CASE("an item beyond the end of a lineage has no token") {
  ps::lineage tokens;
  CHECK(tokens.at(0) == nullptr);
  tokens.append(make_token(), 2);
  CHECK(tokens.at(1) != nullptr);
  CHECK(tokens.at(2) == nullptr);
}

TEST_CASE("a part that was split off settles only the tokens that it alone held") {
  const auto first = std::make_shared<verdict>();
  const auto second = std::make_shared<verdict>();
  ps::lineage tokens;
  tokens.append(make_token(first), 2);
  tokens.append(make_token(second), 2);
  tokens.split_front(3);
  CHECK(first->settled == 1);
  CHECK(second->settled == 0);
  tokens = ps::lineage{};
  CHECK(second->settled == 1);
}

TEST_CASE("a lost lineage flags each of its tokens") {
  const auto first = std::make_shared<verdict>();
  const auto second = std::make_shared<verdict>();
  {
    ps::lineage tokens;
    tokens.append(make_token(first), 1);
    tokens.append(nullptr, 1);
    tokens.append(make_token(second), 1);
    tokens.flag("dropped");
  }
  CHECK(first->reason == "dropped");
  CHECK(second->reason == "dropped");
}

TEST_CASE("tokens that an exception takes along are flagged, and keep the reason that its catcher gives") {
  const auto told = std::make_shared<verdict>();
  try {
    ps::lineage lost;
    lost.append(make_token(told), 3);
    throw 1;
  } catch (int) {
  }
  CHECK(told->flagged);

  const auto known = std::make_shared<verdict>();
  ps::lineage second;
  second.append(make_token(known), 1);
  try {
    const ps::lineage lost = second;
    throw 1;
  } catch (int) {
    second.flag("the key function threw");
  }
  second = {};
  CHECK(known->flagged);
  CHECK(known->reason == "the key function threw");
}
