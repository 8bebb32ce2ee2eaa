#include <penstock/messages/token.hpp>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::make_token;
using penstock_test::verdict;

TEST_CASE("a token is settled once, when its last holder lets go") {
  const auto told = std::make_shared<verdict>();
  auto first = make_token(told);
  auto second = first;
  first = nullptr;
  CHECK(told->settled == 0);
  second = nullptr;
  CHECK(told->settled == 1);
}

TEST_CASE("a token that nobody flagged is settled well") {
  const auto told = std::make_shared<verdict>();
  make_token(told) = nullptr;
  CHECK_FALSE(told->flagged);
  CHECK(told->reason.empty());
}

TEST_CASE("a flagged token keeps the first reason until its verdict") {
  const auto told = std::make_shared<verdict>();
  auto held = make_token(told);
  held->flag("the disk is full");
  held->flag("the moon is full");
  CHECK(held->flagged());
  CHECK(held->reason() == "the disk is full");
  held = nullptr;
  CHECK(told->flagged);
  CHECK(told->reason == "the disk is full");
}

TEST_CASE("a token is not missed if all that was thrown away of its job was not wanted") {
  const auto held = make_token();
  CHECK_FALSE(held->unwanted());
  held->flag({"nobody wanted more", true});
  CHECK(held->unwanted());
  CHECK(held->flagged());
  held->flag("the disk is full");
  CHECK_FALSE(held->unwanted());
  CHECK(held->reason() == "nobody wanted more");
}

TEST_CASE("holders on many threads flag and let go, and one verdict follows") {
  for (int round = 0; round < 50; ++round) {
    const auto told = std::make_shared<verdict>();
    auto held = make_token(told);
    std::vector<std::thread> threads;
    for (const char* reason : {"a", "b", "c", ""}) {
      threads.emplace_back([mine = held, text = std::string{reason}]() mutable {
        if (!text.empty()) mine->flag(text);
        mine = nullptr;
      });
    }
    held = nullptr;
    for (auto& each : threads) each.join();
    REQUIRE(told->settled == 1);
    REQUIRE(told->flagged);
    REQUIRE(std::set<std::string>{"a", "b", "c"}.count(told->reason) == 1);
  }
}
