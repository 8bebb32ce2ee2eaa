#include <penstock/messages/item_type.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::census;
using penstock_test::counted;

namespace {

/// Room for items that a test constructs itself.
template <class T>
struct room {
  alignas(T) std::byte bytes[4 * sizeof(T)];
  T* at(std::size_t index) { return reinterpret_cast<T*>(bytes) + index; }
};

}  // namespace

TEST_CASE("a type has one description, whoever asks") {
  CHECK(&ps::item_type_of<int>() == &ps::item_type_of<int>());
  CHECK(&ps::item_type_of<int>() != &ps::item_type_of<unsigned>());
}

TEST_CASE("a description knows size, alignment and name") {
  struct alignas(64) wide {
    char data[64];
  };
  const auto& type = ps::item_type_of<wide>();
  CHECK(type.size == 64);
  CHECK(type.align == 64);
  CHECK(std::string{ps::item_type_of<int>().name()} == "int");
}

TEST_CASE("plain data need not be destroyed or measured") {
  const auto& type = ps::item_type_of<double>();
  CHECK(type.destroy == nullptr);
  CHECK(type.fixed_weight == sizeof(double));
}

TEST_CASE("a move-only type can't be copied") {
  CHECK(ps::item_type_of<std::unique_ptr<int>>().copy == nullptr);
  CHECK(ps::item_type_of<std::string>().copy != nullptr);
}

TEST_CASE("the weight of several items is the sum of theirs") {
  const std::vector<std::string> texts{"short", std::string(1000, 'x'), std::string(300, 'y')};
  const auto& type = ps::item_type_of<std::string>();
  std::size_t sum = 0;
  for (const auto& each : texts) sum += ps::weight_of(each);
  CHECK(type.fixed_weight == 0);
  CHECK(type.weigh(reinterpret_cast<const std::byte*>(texts.data()), texts.size()) == sum);
}

TEST_CASE("relocated items live in the new place only") {
  const census all;
  {
    room<counted> from;
    room<counted> to;
    for (int i = 0; i < 3; ++i) new (from.at(static_cast<std::size_t>(i))) counted{i + 1};
    const auto before = counted::alive;
    ps::item_type_of<counted>().relocate(from.bytes, to.bytes, 3);
    CHECK(counted::alive == before);
    CHECK(to.at(0)->value() == 1);
    CHECK(to.at(2)->value() == 3);
    ps::item_type_of<counted>().destroy(to.bytes, 3);
  }
  CHECK(all.clean());
}

TEST_CASE("a copy that throws in the middle leaves nothing behind") {
  const census all;
  {
    std::vector<counted> from;
    from.reserve(3);
    for (int i = 0; i < 3; ++i) from.emplace_back(i);
    from[2].break_copies();
    room<counted> to;
    const auto before = counted::alive;
    CHECK_THROWS(
        ps::item_type_of<counted>().copy(reinterpret_cast<const std::byte*>(from.data()), to.bytes, 3));
    CHECK(counted::alive == before);
  }
  CHECK(all.clean());
}
