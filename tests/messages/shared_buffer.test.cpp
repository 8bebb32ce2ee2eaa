#include <penstock/messages/codec.hpp>
#include <penstock/messages/shared_buffer.hpp>

#include <penstock_test/catch.hpp>

#include <numeric>
#include <vector>

namespace ps = penstock;

using numbers = ps::shared_buffer<int>;

namespace {

numbers counted(std::size_t size) {
  auto made = numbers::make(size);
  std::iota(made.edit().begin(), made.edit().end(), 0);
  return made;
}

/// Lends everything, and gives back what it lent.
class one_process final : public ps::block_carrier {
 public:
  std::optional<ps::block_address> lend(const ps::ref<ps::shared_block>& block) override {
    lent.push_back(block);
    return ps::block_address{7, block->offset(), block->bytes(), static_cast<std::uint32_t>(lent.size() - 1)};
  }
  ps::ref<ps::shared_block> borrow(const ps::block_address& address) override {
    return lent.at(address.loan);
  }

  std::vector<ps::ref<ps::shared_block>> lent;
};

constexpr std::size_t large = 100'000;

}  // namespace

TEST_CASE("copies of a shared buffer share the array, which nobody changes then",
          "[messages][shared_buffer]") {
  numbers first = counted(10);
  CHECK(first.editable());
  numbers second = first;
  CHECK(second.data() == first.data());
  CHECK_FALSE(first.editable());
  CHECK_THROWS_AS(first.edit(), ps::error);
  second = {};
  first.edit()[3] = 30;
  CHECK(first[3] == 30);
}

TEST_CASE("large arrays lie where other processes can map them, small ones on the heap",
          "[messages][shared_buffer]") {
  const auto before = ps::shared_arena::own()->taken();
  {
    const numbers small = counted(10);
    CHECK(ps::shared_arena::own()->taken() == before);
    const numbers big = counted(large);
    CHECK(ps::shared_arena::own()->taken() >= before + large * sizeof(int));
  }
  CHECK(ps::shared_arena::own()->taken() == before);
}

TEST_CASE("archives hold the elements of a shared buffer", "[messages][shared_buffer]") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, large}) {
    const numbers made = counted(size);
    const auto bytes = ps::encode(made);
    const auto back = ps::decode<numbers>(bytes);
    CHECK(back == made);
    CHECK((size == 0 || back.data() != made.data()));
  }
}

TEST_CASE("with a carrier, archives hold the address of a large array, and no elements",
          "[messages][shared_buffer]") {
  const numbers big = counted(large);
  one_process carrier;
  const ps::block_carrier::scope carried{carrier};
  const auto bytes = ps::encode(big);
  CHECK(bytes.size() < 100);
  CHECK(ps::decode<numbers>(bytes).data() == big.data());
  CHECK(ps::encode(counted(10)).size() > 10 * sizeof(int));
  CHECK(carrier.lent.size() == 1);
}

TEST_CASE("an address without a carrier is refused", "[messages][shared_buffer]") {
  std::vector<std::byte> bytes;
  one_process carrier;
  {
    const ps::block_carrier::scope carried{carrier};
    bytes = ps::encode(counted(large));
  }
  CHECK_THROWS_AS(ps::decode<numbers>(bytes), ps::codec_error);
}

TEST_CASE("bytes that are no shared buffer are refused before memory is taken", "[messages][shared_buffer]") {
  auto bytes = ps::encode(counted(10));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto broken = bytes;
    broken.resize(i);
    CHECK_THROWS_AS(ps::decode<numbers>(broken), ps::codec_error);
  }
}

TEST_CASE("a shared buffer weighs what it holds", "[messages][shared_buffer]") {
  CHECK(ps::weight_of(counted(1000)) == sizeof(numbers) + 1000 * sizeof(int));
}
