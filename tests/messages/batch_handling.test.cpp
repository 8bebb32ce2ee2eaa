#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include <penstock/messages/batch.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::batch_of;
using penstock_test::census;
using penstock_test::counted;
using penstock_test::counted_values;
using penstock_test::make_token;
using penstock_test::sequence;

namespace {

/// A batch and what should be in it.
struct checked_batch {
  ps::batch items;
  std::vector<int> values;
  std::vector<ps::token*> tokens;

  void check() {
    REQUIRE(counted_values(items) == values);
    std::size_t sum = 0;
    for (std::uint32_t i = 0; i < items.size(); ++i) sum += weight(items.items<counted>()[i]);
    REQUIRE(items.weight() == sum);
    for (std::uint32_t i = 0; i < items.size(); ++i) REQUIRE(items.tokens().at(i) == tokens[i]);
  }
};

/// Does to batches at random whatever may be done to them.
class random_handling {
 public:
  explicit random_handling(unsigned seed) : random_{seed} {}

  void step() {
    switch (below(9)) {
      case 0:
      case 1:
        return make();
      case 2:
        return split();
      case 3:
        return append();
      case 4:
        return share();
      case 5:
        return copy();
      case 6:
        return truncate();
      case 7:
        if (!all_.empty()) any().items.move_apart();
        return;
      default:
        return drop();
    }
  }
  void check() {
    for (auto& each : all_) each.check();
  }

 private:
  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  checked_batch& any() { return all_[below(all_.size())]; }

  void make() {
    const int count = 1 + static_cast<int>(below(12));
    checked_batch made{batch_of<counted>(sequence(next_, count)), sequence(next_, count), {}};
    next_ += count;
    const auto holder = below(2) == 0 ? make_token() : nullptr;
    if (holder) made.items.tokens().append(holder, made.items.size());
    made.tokens.assign(made.values.size(), holder.get());
    all_.push_back(std::move(made));
  }
  void split() {
    if (all_.empty()) return;
    checked_batch& from = any();
    const auto at = below(from.values.size() + 2);
    const auto cut = static_cast<std::ptrdiff_t>(std::min<std::size_t>(at, from.values.size()));
    checked_batch front{from.items.split_front(at),
                        {from.values.begin(), from.values.begin() + cut},
                        {from.tokens.begin(), from.tokens.begin() + cut}};
    from.values.erase(from.values.begin(), from.values.begin() + cut);
    from.tokens.erase(from.tokens.begin(), from.tokens.begin() + cut);
    all_.push_back(std::move(front));
  }
  void append() {
    if (all_.size() < 2) return;
    checked_batch& to = any();
    checked_batch& from = any();
    if (&to == &from || to.items.shared() || from.items.shared()) return;
    to.items.append(std::move(from.items));
    to.values.insert(to.values.end(), from.values.begin(), from.values.end());
    to.tokens.insert(to.tokens.end(), from.tokens.begin(), from.tokens.end());
    from.values.clear();
    from.tokens.clear();
  }
  void share() {
    if (all_.empty()) return;
    checked_batch& from = any();
    from.items.share();
    all_.push_back({from.items.alias(), from.values, from.tokens});
  }
  void copy() {
    if (all_.empty()) return;
    const checked_batch& from = any();
    all_.push_back({from.items.copy(), from.values, from.tokens});
  }
  void truncate() {
    if (all_.empty()) return;
    checked_batch& from = any();
    const auto count = below(from.values.size() + 1);
    from.items.truncate(count);
    from.values.resize(count);
    from.tokens.resize(count);
  }
  void drop() {
    if (all_.empty()) return;
    std::swap(any(), all_.back());
    all_.pop_back();
  }

  std::mt19937 random_;
  std::vector<checked_batch> all_;
  int next_ = 0;
};

}  // namespace

TEST_CASE("whatever is done to batches, no item is lost, doubled, or parted from its weight and token") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    const census all;
    {
      random_handling some{seed};
      for (int i = 0; i < 60; ++i) {
        some.step();
        some.check();
      }
    }
    REQUIRE(all.clean());
  }
}

TEST_CASE("items that move apart let go of their neighbours, also of shared ones") {
  for (const bool shared : {false, true}) {
    census all;
    ps::batch many = batch_of<counted>(sequence(0, 10));
    if (shared) many.share();
    ps::batch one = many.split_front(1);
    one.move_apart();
    many.clear();
    CHECK(counted::alive == 1);
    CHECK(counted_values(one) == sequence(0, 1));
    one.clear();
    CHECK(all.clean());
  }
}

TEST_CASE("items that can't be copied stay with their neighbours where those are shared") {
  census all;
  ps::batch many = batch_of<counted>(sequence(0, 10));
  many.items<counted>()[0].break_copies();
  many.share();
  ps::batch one = many.split_front(1);
  one.move_apart();
  CHECK(counted_values(one) == sequence(0, 1));
}
