#pragma once

#include <cstdint>
#include <optional>

namespace penstock {

/// What dead_letter_record::item says of a letter of a fused operator: which item of its stage it came of,
/// and which of that item's outputs it was. Letters of a stage's own body, and of the first output, have the
/// item's number alone. 63 bits: two for the kind, 21 for the output, 40 for the item. Letters whose numbers
/// don't fit, and those that came of no item, are counted by their stage, so that no two have the same.
class letter_number {
 public:
  static constexpr unsigned item_bits = 40;
  static constexpr unsigned output_bits = 21;

  enum class kind : std::uint64_t {
    of_output = 0,
    counted = 1,  ///< the stage's count of letters that have no other number
    at_end = 2,   ///< the same, of what `on_end` emitted
  };

  explicit constexpr letter_number(std::uint64_t written) : written_{written} {}

  /// Nothing where they don't fit.
  static constexpr std::optional<letter_number> of(std::uint64_t item, std::uint64_t output) {
    if (item >> item_bits != 0 || output >> output_bits != 0) return std::nullopt;
    return letter_number{output << item_bits | item};
  }
  static constexpr letter_number of(kind k, std::uint64_t count) {
    return letter_number{static_cast<std::uint64_t>(k) << kind_shift | count};
  }

  constexpr std::uint64_t written() const { return written_; }
  constexpr kind what() const { return static_cast<kind>(written_ >> kind_shift & 3); }
  /// Of kind `of_output`.
  constexpr std::uint64_t item() const { return written_ & ((std::uint64_t{1} << item_bits) - 1); }
  constexpr std::uint64_t output() const {
    return written_ >> item_bits & ((std::uint64_t{1} << output_bits) - 1);
  }

 private:
  static constexpr unsigned kind_shift = item_bits + output_bits;

  std::uint64_t written_;
};

}  // namespace penstock
