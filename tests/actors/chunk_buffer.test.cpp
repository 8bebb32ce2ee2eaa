#include <penstock/actors/chunk_buffer.hpp>

#include <limits>
#include <memory>
#include <vector>

#include <penstock/runtime/chunked.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

constexpr auto plenty = std::uint64_t{1} << 40;

template <class T, class KeyOf>
ps::chunk_plan plan_for(std::uint32_t size, std::int64_t delay, KeyOf key_of) {
  ps::chunk_plan plan;
  plan.size = size;
  plan.delay = delay;
  plan.keyed = !std::is_same_v<KeyOf, ps::detail::no_key>;
  plan.max_held = 1000;
  plan.max_held_bytes = plenty;
  plan.make_items = [key_of] { return std::make_unique<ps::detail::typed_chunk_items<T, KeyOf>>(key_of); };
  return plan;
}

ps::chunk_plan plain(std::uint32_t size, std::int64_t delay = 0) {
  return plan_for<int>(size, delay, ps::detail::no_key{});
}
ps::chunk_plan by_parity(std::uint32_t size, std::int64_t delay = 0) {
  return plan_for<int>(size, delay, [](int n) { return n % 2; });
}

std::vector<int> contents(const std::optional<ps::made_chunk>& made) {
  return values_of<std::vector<int>>(made->item).front();
}

/// All chunks that leave while these items go in.
std::vector<std::vector<int>> put(ps::chunk_buffer& into, ps::batch items, std::int64_t now = 0) {
  std::vector<std::vector<int>> left;
  while (auto made = into.take(items, now)) left.push_back(contents(made));
  return left;
}

using chunks = std::vector<std::vector<int>>;

}  // namespace

TEST_CASE("a chunk leaves when it has all its items, and the rest stays open") {
  const auto plan = plain(3);
  ps::chunk_buffer buffer{plan};
  CHECK(put(buffer, ints(0, 2)).empty());
  CHECK(put(buffer, ints(2, 6)) == chunks{{0, 1, 2}, {3, 4, 5}});
  CHECK(buffer.held() == 2);
  CHECK(buffer.oldest_size() == 2);
}

TEST_CASE("what is left at the end of the stream leaves short, once") {
  const auto plan = plain(3);
  ps::chunk_buffer buffer{plan};
  put(buffer, ints(0, 2));
  const auto last = buffer.take_oldest(ps::chunk_end::of_stream);
  REQUIRE(last);
  CHECK(contents(last) == std::vector<int>{0, 1});
  CHECK(last->why == ps::chunk_end::of_stream);
  CHECK(buffer.empty());
  CHECK(!buffer.take_oldest(ps::chunk_end::of_stream));
}

TEST_CASE("the delay of a chunk counts from its first item, also while items keep coming") {
  const auto plan = plain(100, 50);
  ps::chunk_buffer buffer{plan};
  CHECK(!buffer.next_due());
  put(buffer, ints(0, 1), 1000);
  put(buffer, ints(1, 1), 1030);
  put(buffer, ints(2, 1), 1049);
  CHECK(buffer.next_due() == 1050);
  CHECK(!buffer.take_due(1049));
  const auto due = buffer.take_due(1050);
  REQUIRE(due);
  CHECK(contents(due) == std::vector<int>{0, 1, 2});
  CHECK(due->why == ps::chunk_end::delay);
  CHECK(!buffer.next_due());
  put(buffer, ints(3, 1), 1060);
  CHECK(buffer.next_due() == 1110);
}

TEST_CASE("without a delay no chunk is ever due") {
  const auto plan = plain(100);
  ps::chunk_buffer buffer{plan};
  put(buffer, ints(0, 1), 1000);
  CHECK(!buffer.take_due(1'000'000'000));
}

TEST_CASE("behind by_key every key has a chunk of its own, in order") {
  const auto plan = by_parity(2);
  ps::chunk_buffer buffer{plan};
  CHECK(put(buffer, ints(0, 6)) == chunks{{0, 2}, {1, 3}});
  REQUIRE(buffer.open() == 2);
  CHECK(contents(buffer.take_oldest(ps::chunk_end::of_stream)) == std::vector<int>{4});
  CHECK(contents(buffer.take_oldest(ps::chunk_end::of_stream)) == std::vector<int>{5});
}

TEST_CASE("the chunk of a key that comes back after its chunk left is a new one") {
  const auto plan = by_parity(2, 10);
  ps::chunk_buffer buffer{plan};
  put(buffer, batch_of<int>({2}), 0);
  put(buffer, batch_of<int>({1}), 5);
  CHECK(contents(buffer.take_due(10)) == std::vector<int>{2});
  put(buffer, batch_of<int>({4}), 11);
  CHECK(buffer.next_due() == 15);
  CHECK(contents(buffer.take_due(20)) == std::vector<int>{1});
  CHECK(buffer.next_due() == 21);
}

TEST_CASE("where max_held is reached the oldest chunk leaves short, and says so") {
  auto plan = plan_for<int>(10, 0, [](int n) { return n / 10; });
  plan.max_held = 10;
  ps::chunk_buffer buffer{plan};
  put(buffer, batch_of<int>({1, 2, 3, 11, 12, 21, 22, 23, 24}));
  auto more = batch_of<int>({31, 32});
  const auto made = buffer.take(more, 0);
  REQUIRE(made);
  CHECK(contents(made) == std::vector<int>{1, 2, 3});
  CHECK(made->why == ps::chunk_end::room);
  CHECK(more.size() == 1);
  CHECK(!buffer.take(more, 0));
  CHECK(buffer.held() == 8);
}

TEST_CASE("held items never exceed max_held, whatever keys come in what order") {
  for (std::uint32_t keys = 1; keys < 9; ++keys) {
    auto plan = plan_for<int>(4, 0, [keys](int n) { return (n * 7 + n / 3) % static_cast<int>(keys); });
    plan.max_held = 4 + keys % 3;
    ps::chunk_buffer buffer{plan};
    std::size_t out = 0;
    for (int from = 0; from < 200; from += 5) {
      auto items = ints(from, 5);
      while (auto made = buffer.take(items, 0)) {
        CHECK(contents(made).size() <= 4);
        out += contents(made).size();
        CHECK(buffer.held() <= plan.max_held);
      }
      CHECK(buffer.held() <= plan.max_held);
    }
    CHECK(out + buffer.held() == 200);
  }
}

TEST_CASE("max_held_bytes holds, save for an item that is heavier alone") {
  auto plan = plan_for<std::string>(10, 0, ps::detail::no_key{});
  plan.max_held_bytes = 1000;
  ps::chunk_buffer buffer{plan};
  auto three = batch_of<std::string>({std::string(400, 'a'), std::string(400, 'b'), std::string(400, 'c')});
  auto made = buffer.take(three, 0);
  REQUIRE(made);
  CHECK(made->why == ps::chunk_end::room);
  CHECK(values_of<std::vector<std::string>>(made->item).front().size() == 2);
  CHECK(!buffer.take(three, 0));
  CHECK(buffer.held_bytes() <= 1000);

  auto giant = batch_of<std::string>({std::string(5000, 'd')});
  made = buffer.take(giant, 0);
  REQUIRE(made);
  CHECK(values_of<std::vector<std::string>>(made->item).front().size() == 1);
  CHECK(!buffer.take(giant, 0));
  CHECK(buffer.held() == 1);
}

TEST_CASE("a chunk has one token that stands for those of all its items") {
  const auto plan = plain(2);
  ps::chunk_buffer buffer{plan};
  auto first = std::make_shared<verdict>();
  auto second = std::make_shared<verdict>();
  auto items = ints(0, 2);
  items.tokens().append(make_token(first), 1);
  items.tokens().append(make_token(second), 1);
  auto made = buffer.take(items, 0);
  REQUIRE(made);
  CHECK(made->item.tokens().runs().size() == 1);
  CHECK(first->settled + second->settled == 0);
  made->item.clear();
  CHECK(first->settled == 1);
  CHECK(second->settled == 1);
  CHECK(!first->flagged);
}

TEST_CASE("a chunk of items without tokens has none, and one that is mixed keeps those that there are") {
  const auto plan = plain(2);
  ps::chunk_buffer buffer{plan};
  auto bare = ints(0, 2);
  CHECK(buffer.take(bare, 0)->item.tokens().empty());
  put(buffer, ints(0, 1));
  auto told = std::make_shared<verdict>();
  auto tracked = ints(1, 1);
  tracked.tokens().append(make_token(told), 1);
  auto made = buffer.take(tracked, 0);
  REQUIRE(made);
  made->item.discard("thrown away");
  CHECK(told->flagged);
  CHECK(told->reason == "thrown away");
}

TEST_CASE("items that are thrown away in an open chunk flag their tokens if they are lost") {
  for (const bool lost : {true, false}) {
    const auto plan = plain(5);
    ps::chunk_buffer buffer{plan};
    auto told = std::make_shared<verdict>();
    auto items = ints(0, 2);
    items.tokens().append(make_token(told), 2);
    CHECK(!buffer.take(items, 0));
    buffer.discard("no more", lost);
    CHECK(told->settled == 1);
    CHECK(told->flagged == lost);
    CHECK(buffer.empty());
    CHECK(buffer.held() == 0);
  }
}

TEST_CASE("a copy that throws flags the tokens of the items that it takes along") {
  const census all;
  {
    const auto plan = plan_for<counted>(5, 0, ps::detail::no_key{});
    ps::chunk_buffer buffer{plan};
    ps::batch_writer<counted> writer;
    writer.emplace(1);
    writer.emplace(2);
    auto items = writer.finish();
    items.items<counted>()[1].break_copies();
    auto told = std::make_shared<verdict>();
    items.tokens().append(make_token(told), 2);
    items.share();
    CHECK_THROWS(buffer.take(items, 0));
    items.clear();
    buffer.discard("the run failed", true);
    CHECK(told->settled == 1);
    CHECK(told->flagged);
  }
  CHECK(all.clean());
}

TEST_CASE("items of which others have a handle are copied into the chunk") {
  const auto plan = plain(2);
  ps::chunk_buffer buffer{plan};
  auto items = ints(0, 2);
  items.share();
  const auto others = items.alias();
  CHECK(put(buffer, std::move(items)) == chunks{{0, 1}});
  CHECK(values_of<int>(others) == std::vector<int>{0, 1});
}

TEST_CASE("items that can't be copied are moved into the chunk") {
  const auto plan = plan_for<std::unique_ptr<int>>(2, 0, ps::detail::no_key{});
  ps::chunk_buffer buffer{plan};
  ps::batch_writer<std::unique_ptr<int>> writer;
  writer.emplace(std::make_unique<int>(7));
  writer.emplace(std::make_unique<int>(8));
  auto items = writer.finish();
  auto made = buffer.take(items, 0);
  REQUIRE(made);
  CHECK(*made->item.items<std::vector<std::unique_ptr<int>>>()->back() == 8);
}

TEST_CASE("the key function is called once for each item, however the chunks fall") {
  for (const int keys : {1, 3, 7}) {
    auto calls = std::make_shared<int>(0);
    auto plan = plan_for<int>(10, 0, [calls, keys](int n) {
      ++*calls;
      return n % keys;
    });
    plan.max_held = 15;
    ps::chunk_buffer buffer{plan};
    std::size_t out = 0;
    for (const auto& each : put(buffer, ints(0, 1000))) out += each.size();
    CHECK(out + buffer.held() == 1000);
    CHECK(*calls == 1000);
  }
}

TEST_CASE("items whose key does not equal itself are in one chunk, and are forgotten with it") {
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto plan = plan_for<int>(3, 0, [](int n) { return n % 2 == 0 ? nan : 1.0; });
  ps::chunk_buffer buffer{plan};
  CHECK(put(buffer, ints(0, 8)) == chunks{{0, 2, 4}, {1, 3, 5}});
  CHECK(buffer.open() == 2);
}
