#include <penstock/messages/ref.hpp>

#include <thread>
#include <type_traits>
#include <vector>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

class shape : public ps::ref_counted {
 public:
  explicit shape(int& deaths) : deaths_{deaths} {}
  ~shape() override { ++deaths_; }

 private:
  int& deaths_;
};

class circle final : public shape {
 public:
  using shape::shape;
};

}  // namespace

TEST_CASE("an object dies with its last handle and not before") {
  int deaths = 0;
  auto first = ps::make_ref<shape>(deaths);
  {
    const ps::ref<shape> second = first;
    first = nullptr;
    CHECK(deaths == 0);
  }
  CHECK(deaths == 1);
}

TEST_CASE("a handle that was moved from is empty") {
  int deaths = 0;
  auto from = ps::make_ref<shape>(deaths);
  const ps::ref<shape> to = std::move(from);
  CHECK_FALSE(from);  // NOLINT: that is the question
  CHECK(to);
  CHECK(to->unique());
}

TEST_CASE("an object is unique while one handle exists") {
  int deaths = 0;
  const auto one = ps::make_ref<shape>(deaths);
  CHECK(one->unique());
  {
    const auto two = one;
    CHECK_FALSE(one->unique());
  }
  CHECK(one->unique());
}

TEST_CASE("a handle on a class is one on its base") {
  int deaths = 0;
  auto derived = ps::make_ref<circle>(deaths);
  const ps::ref<shape> base = derived;
  CHECK(base.get() == derived.get());
  derived = nullptr;
  CHECK(deaths == 0);
  static_assert(!std::is_convertible_v<ps::ref<shape>, ps::ref<circle>>);
}

TEST_CASE("a handle assigned to itself keeps its object") {
  int deaths = 0;
  auto one = ps::make_ref<shape>(deaths);
  const auto& same = one;
  one = same;
  CHECK(one->unique());
  CHECK(deaths == 0);
}

TEST_CASE("assigning over the last handle ends its object") {
  int deaths = 0;
  auto one = ps::make_ref<shape>(deaths);
  one = ps::make_ref<shape>(deaths);
  CHECK(deaths == 1);
}

TEST_CASE("a detached object keeps its count until it is released by hand") {
  int deaths = 0;
  auto handle = ps::make_ref<shape>(deaths);
  shape* bare = handle.detach();
  CHECK_FALSE(handle);
  CHECK(deaths == 0);
  bare->release();
  CHECK(deaths == 1);
}

TEST_CASE("handles copied and dropped on many threads end their object once") {
  for (int round = 0; round < 50; ++round) {
    int deaths = 0;
    auto shared = ps::make_ref<shape>(deaths);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([mine = shared]() mutable {
        for (int n = 0; n < 200; ++n) {
          const auto copy = mine;
          const auto another = copy;
        }
        mine = nullptr;
      });
    }
    shared = nullptr;
    for (auto& each : threads) each.join();
    REQUIRE(deaths == 1);
  }
}
