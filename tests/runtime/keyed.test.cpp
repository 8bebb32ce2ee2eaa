#include <penstock/runtime/keyed.hpp>

#include <memory>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace penstock_test;

TEST_CASE("items that can't be copied are sorted by key also after a worker shared them with itself") {
  const auto key_of = [](const std::unique_ptr<int>& n) { return *n; };
  ps::detail::typed_partitioner<std::unique_ptr<int>, decltype(key_of)> partitioner{key_of};
  ps::batch_writer<std::unique_ptr<int>> writer;
  for (int n = 0; n < 20; ++n) writer.emplace(std::make_unique<int>(n % 4));
  auto items = writer.finish();
  items.share();
  std::size_t count = 0;
  for (ps::batch& part : partitioner.split(std::move(items), 3)) {
    for (std::uint32_t i = 0; i < part.size(); ++i) {
      REQUIRE(part.items<std::unique_ptr<int>>()[i] != nullptr);
      ++count;
    }
  }
  CHECK(count == 20);
}

TEST_CASE("items that others have too are copied when they are sorted by key") {
  const auto key_of = [](int n) { return n; };
  ps::detail::typed_partitioner<int, decltype(key_of)> partitioner{key_of};
  auto items = ints(0, 10);
  items.share();
  const auto others = items.alias();
  partitioner.split(std::move(items), 3);
  CHECK(values_of<int>(others) == sequence(0, 10));
}
