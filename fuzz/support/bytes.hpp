#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fuzz {

using bytes = std::span<const std::byte>;

inline std::string_view text_of(bytes input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

/// Ends the program with the sentence, which libFuzzer takes for a finding.
void require(bool holds, const std::string& sentence);

/// Takes what is left of an input apart; zeros, once there is nothing.
class reader {
 public:
  explicit reader(bytes input) : left_{input} {}

  bool empty() const { return left_.empty(); }
  std::uint8_t byte();
  /// Below `limit`, which is more than 0; of two bytes, so that a change of one changes the rest little.
  std::size_t below(std::size_t limit);
  /// So many, or what is left.
  bytes take(std::size_t count);
  bytes rest() { return take(left_.size()); }

 private:
  bytes left_;
};

}  // namespace fuzz

/// What libFuzzer calls, with the name of the input.
#define PENSTOCK_FUZZ_TARGET(input)                                                   \
  static void penstock_fuzz_one(fuzz::bytes input);                                   \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    penstock_fuzz_one({reinterpret_cast<const std::byte*>(data), size});              \
    return 0;                                                                         \
  }                                                                                   \
  static void penstock_fuzz_one(fuzz::bytes input)
