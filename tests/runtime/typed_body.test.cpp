#include <penstock/runtime/typed_body.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::batch_of;
using penstock_test::census;
using penstock_test::counted;
using penstock_test::counted_values;
using penstock_test::ints;
using penstock_test::sequence;
using penstock_test::values_of;

using counts = std::vector<std::uint32_t>;

namespace {

/// A body and what one calls it with.
class bench {
 public:
  template <class In, class F>
  static bench of(F f) {
    bench made;
    made.body_ = ps::detail::body_maker<In>(std::move(f))();
    made.work.room = 1000;
    made.work.count_outputs = true;
    return made;
  }

  /// Another call with what the last one left.
  ps::body_work& go_on(std::uint32_t room = 1000) {
    work.room = room;
    work.out = {};
    work.counts.clear();
    work.error = nullptr;
    body_->run(work, *context_);
    return work;
  }
  ps::body_work& run(ps::batch in, std::uint32_t room = 1000) {
    work.in = std::move(in);
    return go_on(room);
  }
  ps::batch finish() { return body_->finish(*context_); }
  ps::worker_context& context() { return *context_; }
  ps::body& body() { return *body_; }

  ps::body_work work;

 private:
  std::unique_ptr<ps::run_state> run_ = std::make_unique<ps::run_state>();
  std::unique_ptr<std::string> stage_ = std::make_unique<std::string>("stage");
  std::unique_ptr<ps::worker_context> context_ = std::make_unique<ps::worker_context>(*run_, *stage_, 3U);
  std::unique_ptr<ps::body> body_;
};

int twice(int n) { return 2 * n; }

/// Fails on negative numbers.
int careful(int n) { return n < 0 ? throw std::runtime_error{"negative"} : n + 100; }

ps::generator<int> count_up(int n) {
  for (int i = 0; i < n; ++i) co_yield 10 * n + i;
}
ps::generator<int> break_off(int n) {
  for (int i = 0; i < n; ++i) co_yield int{i};
  throw std::runtime_error{"broke off"};
}

counted add_one(counted item) { return counted{item.value() + 1}; }

}  // namespace

TEST_CASE("a body of one output changes exclusive items where they lie") {
  auto body = bench::of<int>(&twice);
  ps::batch in = ints(0, 4);
  const int* place = in.items<int>();
  auto& work = body.run(std::move(in));
  CHECK(work.out.items<int>() == place);
  CHECK(values_of<int>(work.out) == std::vector<int>{0, 2, 4, 6});
  CHECK(work.in.empty());
  CHECK(work.one_each);
}

TEST_CASE("shared items stay as they are") {
  const census all;
  {
    auto body = bench::of<counted>(&add_one);
    ps::batch in = batch_of<counted>(sequence(0, 3));
    in.share();
    const ps::batch other = in.alias();
    CHECK(counted_values(body.run(std::move(in)).out) == sequence(1, 3));
    CHECK(counted_values(other) == sequence(0, 3));
  }
  CHECK(all.clean());
}

TEST_CASE("items that are kept for another try are not changed by a body that takes them") {
  const census all;
  {
    auto body = bench::of<counted>([](counted item) -> counted {
      const counted mine = std::move(item);
      if (mine.value() == 2) throw std::runtime_error{"no"};
      return counted{0};
    });
    body.work.keep_items = true;
    auto& work = body.run(batch_of<counted>(sequence(1, 3)));
    CHECK(work.error);
    CHECK(counted_values(work.in) == std::vector<int>{2, 3});
  }
  CHECK(all.clean());
}

TEST_CASE("a failure in the middle leaves the item and what follows it") {
  for (const bool keep : {false, true}) {
    CAPTURE(keep);
    auto body = bench::of<int>(&careful);
    body.work.keep_items = keep;
    auto& work = body.run(batch_of<int>({1, 2, -1, 3}));
    CHECK(work.error);
    CHECK(values_of<int>(work.out) == std::vector<int>{101, 102});
    CHECK(values_of<int>(work.in) == std::vector<int>{-1, 3});
    CHECK((work.one_each || work.counts == counts{1, 1}));
  }
}

TEST_CASE("a body stops taking items once there are as many outputs as there is room for") {
  auto one = bench::of<int>(&twice);
  CHECK(one.run(ints(0, 5), 3).in.size() == 2);
  CHECK(one.go_on().out.size() == 2);
  auto many = bench::of<int>([](int n) { return std::vector<int>(2, n); });
  auto& work = many.run(ints(0, 5), 3);
  CHECK(values_of<int>(work.out) == std::vector<int>{0, 0, 1, 1});  // an item's outputs stay together
  CHECK(values_of<int>(work.in) == sequence(2, 3));
}

TEST_CASE("an optional output may be left out, a range gives as many as it has") {
  auto maybe = bench::of<int>([](int n) { return n % 2 == 0 ? std::optional<int>{n} : std::nullopt; });
  auto& some = maybe.run(ints(0, 4));
  CHECK(values_of<int>(some.out) == std::vector<int>{0, 2});
  CHECK(some.counts == counts{1, 0, 1, 0});
  auto many =
      bench::of<int>([](int n) { return std::vector<std::string>(static_cast<std::size_t>(n), "x"); });
  auto& all = many.run(ints(0, 3));
  CHECK(all.out.size() == 3);
  CHECK(all.counts == counts{0, 1, 2});
}

TEST_CASE("a text is one item, not many letters") {
  auto body = bench::of<int>([](int n) { return std::to_string(n); });
  CHECK(values_of<std::string>(body.run(ints(7, 2)).out) == std::vector<std::string>{"7", "8"});
}

TEST_CASE("a sink takes all items whatever the room") {
  std::vector<int> seen;
  auto body = bench::of<int>([&seen](const int& n) { seen.push_back(n); });
  auto& work = body.run(ints(0, 5), 0);
  CHECK(seen == sequence(0, 5));
  CHECK(work.in.empty());
  CHECK(work.counts.empty());
}

TEST_CASE("a body that asks to stop takes no further item") {
  auto body = bench::of<int>([](ps::worker_context& context, int n) {
    if (n == 1) context.stop();
    return n;
  });
  auto& work = body.run(ints(0, 5));
  CHECK(body.context().wants_stop());
  CHECK(values_of<int>(work.out) == sequence(0, 2));
  CHECK(work.in.size() == 3);
}

TEST_CASE("a generator is suspended when room ends and goes on where it was") {
  auto body = bench::of<int>(&count_up);
  auto& work = body.run(batch_of<int>({3, 2}), 2);
  CHECK(work.suspended);
  CHECK(values_of<int>(work.out) == std::vector<int>{30, 31});
  CHECK(work.counts == counts{2});
  CHECK(work.in.size() == 2);
  body.go_on(2);
  CHECK(work.suspended);
  CHECK(values_of<int>(work.out) == std::vector<int>{32, 20});
  CHECK(work.counts == counts{1, 1});
  CHECK(work.in.size() == 1);
  body.go_on(2);
  CHECK_FALSE(work.suspended);
  CHECK(values_of<int>(work.out) == std::vector<int>{21});
  CHECK(work.in.empty());
}

TEST_CASE("a generator that throws keeps what it gave before, and counts it") {
  auto body = bench::of<int>(&break_off);
  auto& work = body.run(batch_of<int>({2, 1}));
  CHECK(work.error);
  CHECK(values_of<int>(work.out) == sequence(0, 2));
  CHECK(work.counts == counts{2});
  CHECK(work.in.size() == 2);
}

TEST_CASE("a generator that throws after it was suspended still counts as begun") {
  auto body = bench::of<int>(&break_off);
  body.run(batch_of<int>({2}), 2);
  REQUIRE(body.work.suspended);
  auto& work = body.go_on(2);
  CHECK(work.error);
  CHECK(work.out.empty());
  CHECK(work.counts == counts{0});
}

TEST_CASE("while items are kept a generator gives all of an item's outputs or none") {
  auto body = bench::of<int>(&count_up);
  body.work.keep_items = true;
  auto& work = body.run(batch_of<int>({3}), 2);
  CHECK_FALSE(work.suspended);
  CHECK(work.out.size() == 3);
  auto broken = bench::of<int>(&break_off);
  broken.work.keep_items = true;
  auto& failed = broken.run(batch_of<int>({2}));
  CHECK(failed.error);
  CHECK(failed.out.empty());
  CHECK(failed.counts.empty());
}

TEST_CASE("an item that can only be moved is still there after a generator read it and threw") {
  auto body = bench::of<std::unique_ptr<int>>([](const std::unique_ptr<int>& item) -> ps::generator<int> {
    co_yield int{*item};
    throw std::runtime_error{"no"};
  });
  body.work.keep_items = true;
  ps::batch_writer<std::unique_ptr<int>> writer;
  writer.emplace(std::make_unique<int>(5));
  auto& work = body.run(writer.finish());
  REQUIRE(work.error);
  REQUIRE(work.in.items<std::unique_ptr<int>>()[0]);
  CHECK(*work.in.items<std::unique_ptr<int>>()[0] == 5);
}
