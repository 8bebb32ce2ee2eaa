#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace inference {

/// Four floats that the compiler keeps in one register on every machine.
using lane = float __attribute__((vector_size(16)));

inline lane load_lane(const float* from) {
  lane value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// How many output channels one pass of the convolution computes: two registers of four.
constexpr std::size_t channel_block = 8;

/// Reorders convolution weights from [out][row][column][in] to [out / 8][row][column][in][8], the order in
/// which convolve_and_pool reads them. `packed` has room for as many floats as `weights`.
inline void pack_convolution(const float* weights, std::size_t inputs, std::size_t outputs, float* packed) {
  for (std::size_t out = 0; out < outputs; ++out) {
    for (std::size_t tap = 0; tap < 9 * inputs; ++tap) {
      packed[(out / channel_block * 9 * inputs + tap) * channel_block + out % channel_block] =
          weights[out * 9 * inputs + tap];
    }
  }
}

/// A 3x3 convolution, ReLU and 2x2 maximum in one pass over one image.
///
/// `in` is [Side + 2][Side + 2][Inputs] with a border of zeros. `out` is [Side / 2 + 2 * Border] squared x
/// Outputs; its border is left as it is. `winners`, unless null, is [Side / 2][Side / 2][Outputs] and is told
/// which of the four places (0 to 3, row by row) held the maximum, or 4 where ReLU cut it off.
template <std::size_t Side, std::size_t Inputs, std::size_t Outputs, std::size_t Border>
void convolve_and_pool(const float* in, const float* packed, const float* bias, float* out,
                       std::uint8_t* winners) {
  constexpr std::size_t in_row = (Side + 2) * Inputs;
  constexpr std::size_t half = Side / 2;
  constexpr std::size_t out_row = (half + 2 * Border) * Outputs;
  for (std::size_t block = 0; block < Outputs; block += channel_block) {
    const float* const weights = packed + block * 9 * Inputs;
    const lane bias_low = load_lane(bias + block);
    const lane bias_high = load_lane(bias + block + 4);
    for (std::size_t y = 0; y < half; ++y) {
      for (std::size_t x = 0; x < half; ++x) {
        // Four neighbours at once: each weight is loaded once for all of them.
        lane low[4] = {bias_low, bias_low, bias_low, bias_low};
        lane high[4] = {bias_high, bias_high, bias_high, bias_high};
        const float* const corner = in + 2 * y * in_row + 2 * x * Inputs;
        for (std::size_t row = 0; row < 3; ++row) {
          const float* const upper = corner + row * in_row;
          const float* const lower = upper + in_row;
          const float* weight = weights + row * 3 * Inputs * channel_block;
          for (std::size_t tap = 0; tap < 3 * Inputs; ++tap, weight += channel_block) {
            const lane first = load_lane(weight);
            const lane second = load_lane(weight + 4);
            const float near[4] = {upper[tap], upper[tap + Inputs], lower[tap], lower[tap + Inputs]};
            low[0] += near[0] * first;
            high[0] += near[0] * second;
            low[1] += near[1] * first;
            high[1] += near[1] * second;
            low[2] += near[2] * first;
            high[2] += near[2] * second;
            low[3] += near[3] * first;
            high[3] += near[3] * second;
          }
        }
        float* const target = out + (y + Border) * out_row + (x + Border) * Outputs + block;
        for (std::size_t c = 0; c < channel_block; ++c) {
          const lane* const sums = c < 4 ? low : high;
          std::uint8_t winner = 0;
          float best = sums[0][c % 4];
          for (std::uint8_t place = 1; place < 4; ++place) {
            const float value = sums[place][c % 4];
            winner = value > best ? place : winner;
            best = std::max(best, value);
          }
          target[c] = std::max(best, 0.0F);
          if (winners != nullptr)
            winners[(y * half + x) * Outputs + block + c] = best > 0.0F ? winner : std::uint8_t{4};
        }
      }
    }
  }
}

/// out = bias + in x weights, with weights [Inputs][Outputs]. Inputs that are zero, about half after a ReLU,
/// cost nothing.
template <std::size_t Inputs, std::size_t Outputs>
void dense(const float* in, const float* weights, const float* bias, float* out) {
  float sums[Outputs];
  std::copy_n(bias, Outputs, sums);
  for (std::size_t i = 0; i < Inputs; ++i) {
    const float value = in[i];
    if (!(value < 0.0F) && !(value > 0.0F)) continue;
    const float* const row = weights + i * Outputs;
    for (std::size_t o = 0; o < Outputs; ++o) sums[o] += value * row[o];
  }
  std::copy_n(sums, Outputs, out);
}

}  // namespace inference
