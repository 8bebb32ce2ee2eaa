#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace inference {

/// A grey picture as a PNG file: `rows` x `columns` bytes, 0 black to 255 white.
std::string png(std::span<const std::uint8_t> grey, std::size_t rows, std::size_t columns);

/// The same as a `data:` address, ready for the src of an <img>.
std::string png_address(std::span<const std::uint8_t> grey, std::size_t rows, std::size_t columns);

}  // namespace inference
