#include <penstock/runtime/program_symbols.hpp>

#include <penstock_test/catch.hpp>

#include <link.h>

namespace {

/// From the beginning of the program.
std::uint64_t offset_of(const void* address) {
  std::uint64_t base = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* to) {
        *static_cast<std::uint64_t*>(to) = info->dlpi_addr;
        return 1;
      },
      &base);
  return reinterpret_cast<std::uint64_t>(address) - base;
}

}  // namespace

namespace symbols_test {

[[gnu::noinline]] int some_function(int n) { return n * 3; }

}  // namespace symbols_test

TEST_CASE("a place in the program is told by the name of its function") {
  const auto at = offset_of(reinterpret_cast<const void*>(&symbols_test::some_function));
  CHECK(penstock::program_function(at) == "symbols_test::some_function(int)");
}

TEST_CASE("a place where the program has no function has no name") {
  CHECK(penstock::program_function(1).empty());
  CHECK(penstock::program_function(~std::uint64_t{0}).empty());
}
