#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace letter_schemas {

/// The item as the program that failed knew it.
struct order {
  int number = 0;
  int quantity = 0;
  std::string customer;
};
BOOST_DESCRIBE_STRUCT(order, (), (number, quantity, customer))

/// After the fix: members changed places, one has come, and its type has another name.
struct fixed_order {
  int quantity = 0;
  std::optional<std::string> note;
  std::string customer;
  int number = 0;
};
BOOST_DESCRIBE_STRUCT(fixed_order, (), (quantity, note, customer, number))

/// After another change, which can't be read from what was written.
struct priced_order {
  int number = 0;
  int price = 0;
};
BOOST_DESCRIBE_STRUCT(priced_order, (), (number, price))

}  // namespace letter_schemas

using namespace letter_schemas;

namespace {

/// Writes three letters of stage "work".
void write_letters(const std::filesystem::path& file) {
  ps::graph g{"orders"};
  g.source("pull", std::vector<order>{{1, 10, "a"}, {2, 20, "b"}, {3, 30, "c"}})
      .sink(
          "work", [](const order&) { throw broken_item{"not yet"}; }, ps::on_error(ps::dead_letter()));
  ps::runtime_options options;
  options.dead_letters = file.string();
  run_to_end(g, options);
}

/// What a program gets whose stage takes T.
template <class T>
std::vector<T> replay(const std::filesystem::path& file) {
  ps::graph g{"orders"};
  collected<T> seen;
  g.source("pull", std::vector<T>{})
      .sink(
          "work", [&](const T& each) { seen.push(each); }, ps::on_error(ps::dead_letter()));
  ps::runtime_options options;
  options.dead_letters = options.replay = file.string();
  options.log_level = "quiet";
  run_to_end(g, options);
  return seen.values();
}

std::size_t replayed(const std::filesystem::path& file) {
  std::size_t count = 0;
  for (const auto& each : ps::dead_letter_store{file}.list()) count += each.replayed_ns > 0 ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("letters are replayed by a program whose type has other places, names and optional members",
          "[engine][letters][schemas]") {
  const scratch_folder folder;
  const auto file = folder / "letters.sqlite";
  write_letters(file);
  const auto seen = replay<fixed_order>(file);
  REQUIRE(seen.size() == 3);
  for (const auto& each : seen) {
    CHECK(each.quantity == 10 * each.number);
    CHECK(each.customer.size() == 1);
    CHECK_FALSE(each.note);
  }
  CHECK(replayed(file) == 3);
}

TEST_CASE("letters that the type of today can't read are left, and replayed after a fix",
          "[engine][letters][schemas]") {
  const scratch_folder folder;
  const auto file = folder / "letters.sqlite";
  write_letters(file);
  CHECK(replay<priced_order>(file).empty());
  CHECK(replayed(file) == 0);
  CHECK(replay<fixed_order>(file).size() == 3);
  CHECK(replayed(file) == 3);
}
