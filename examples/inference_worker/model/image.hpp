#pragma once

#include <cstdint>
#include <span>

#include "model/network_shape.hpp"

namespace inference {

/// Brings the bytes of one image (0 dark to 255 bright) to the scale on which the network was trained.
inline pixels to_pixels(std::span<const std::uint8_t> bytes) {
  constexpr float mean = 0.2860F;  // of all bytes of the training images, as shares of 255
  constexpr float deviation = 0.3530F;
  pixels result{};
  for (std::size_t i = 0; i < shape::pixels; ++i) {
    result.values[i] = (static_cast<float>(bytes[i]) / 255.0F - mean) / deviation;
  }
  return result;
}

}  // namespace inference
