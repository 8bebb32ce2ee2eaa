#include <penstock/messages/batch_writer.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::census;
using penstock_test::counted;
using penstock_test::values_of;

namespace {

/// Can't be made of a negative number, can't be weighed if made of 7.
struct choosy {
  explicit choosy(int n) : value{n} {
    if (n < 0) throw std::invalid_argument{"negative"};
  }
  counted value;
};
std::size_t weight(const choosy& item) {
  if (item.value.value() == 7) throw std::logic_error{"seven"};
  return 10;
}

}  // namespace

TEST_CASE("a writer keeps items in order however often it grows") {
  for (const std::uint32_t expected : {0U, 1U, 3U, 64U}) {
    CAPTURE(expected);
    ps::batch_writer<std::string> writer{expected};
    std::vector<std::string> all;
    for (int i = 0; i < 200; ++i) {
      all.push_back("item " + std::to_string(i) + std::string(static_cast<std::size_t>(i), '.'));
      writer.emplace(all.back());
    }
    ps::batch made = writer.finish();
    CHECK(values_of<std::string>(made) == all);
  }
}

TEST_CASE("a batch weighs what its items weigh") {
  ps::batch_writer<std::string> texts;
  std::size_t sum = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string text(static_cast<std::size_t>(i), 'x');
    sum += ps::weight_of(text);
    texts.emplace(text);
  }
  CHECK(texts.finish().weight() == sum);

  ps::batch_writer<int> numbers;
  for (int i = 0; i < 5; ++i) numbers.emplace(i);
  CHECK(numbers.finish().weight() == 5 * sizeof(int));
}

TEST_CASE("a finished writer starts anew") {
  ps::batch_writer<int> writer;
  writer.emplace(1);
  const ps::batch first = writer.finish();
  CHECK(writer.size() == 0);
  writer.emplace(2);
  ps::batch second = writer.finish();
  CHECK(first.size() == 1);
  CHECK(values_of<int>(second) == std::vector<int>{2});
  CHECK(second.weight() == sizeof(int));
  CHECK(writer.finish().empty());
}

TEST_CASE("a writer that nobody finished destroys its items") {
  const census all;
  {
    ps::batch_writer<counted> writer{2};
    for (int i = 0; i < 9; ++i) writer.emplace(i);
  }
  CHECK(all.clean());
}

TEST_CASE("an item that can't be made or weighed leaves those before it as they are") {
  const census all;
  {
    ps::batch_writer<choosy> writer{1};
    writer.emplace(1);
    CHECK_THROWS_AS(writer.emplace(-1), std::invalid_argument);
    writer.emplace(2);
    CHECK_THROWS_AS(writer.emplace(7), std::logic_error);
    writer.emplace(3);
    ps::batch made = writer.finish();
    REQUIRE(made.size() == 3);
    CHECK(made.items<choosy>()[2].value.value() == 3);
    CHECK(made.weight() == 30);
  }
  CHECK(all.clean());
}

TEST_CASE("a writer takes items that can only be moved") {
  ps::batch_writer<std::unique_ptr<int>> writer{1};
  for (int i = 0; i < 10; ++i) writer.emplace(std::make_unique<int>(i));
  ps::batch made = writer.finish();
  for (int i = 0; i < 10; ++i) CHECK(*made.items<std::unique_ptr<int>>()[i] == i);
}

TEST_CASE("items that are rolled back are destroyed and weigh nothing") {
  const census all;
  {
    ps::batch_writer<counted> writer{2};
    for (int i = 0; i < 3; ++i) writer.emplace(i);
    const auto here = writer.here();
    for (int i = 3; i < 7; ++i) writer.emplace(i);
    writer.rollback(here);
    CHECK(writer.size() == 3);
    writer.emplace(40);
    ps::batch made = writer.finish();
    CHECK(penstock_test::counted_values(made) == std::vector<int>{0, 1, 2, 40});
    CHECK(made.weight() == (8 + 0) + (8 + 1) + (8 + 2) + (8 + 40));
  }
  CHECK(all.clean());
}
