#include <penstock/runtime/operators.hpp>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <tuple>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::batch_of;
using penstock_test::sequence;

namespace {

/// A number whose assignment throws if it is odd.
struct fragile {
  int value = 0;

  explicit fragile(int n) : value{n} {}
  fragile(const fragile&) = default;
  fragile(fragile&&) = default;
  fragile& operator=(const fragile& other) {
    if (other.value % 2 != 0) throw std::runtime_error{"can't be assigned"};
    value = other.value;
    return *this;
  }
  ~fragile() = default;
};

/// Leaves out every item that fails, and notes which.
class lenient final : public ps::operator_errors {
 public:
  bool skip(std::size_t, std::uint32_t item, const std::exception_ptr&) override {
    skipped.push_back(item);
    return true;
  }
  std::vector<std::uint32_t> skipped;
};

}  // namespace

TEST_CASE("an item whose assignment throws leaves nothing behind when operators work in place",
          "[runtime][operators]") {
  const auto plus_hundred = [](fragile item) { return fragile{item.value + 100}; };
  using map = ps::detail::map_operator<decltype(plus_hundred)>;
  ps::detail::typed_chain<fragile, map> chain{std::tuple<map>{map{plus_hundred}}};
  ps::chain_work work;
  work.count_outputs = true;
  work.in = batch_of<fragile>(sequence(0, 6));
  lenient errors;
  chain.apply(work, errors);

  std::vector<int> kept;
  for (std::uint32_t i = 0; i < work.out.size(); ++i) kept.push_back(work.out.items<fragile>()[i].value);
  CHECK(kept == std::vector<int>{100, 102, 104});
  CHECK(errors.skipped == std::vector<std::uint32_t>{1, 3, 5});
  CHECK(work.counts == std::vector<std::uint32_t>{1, 0, 1, 0, 1, 0});
}
