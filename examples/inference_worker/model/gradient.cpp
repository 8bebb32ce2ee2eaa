#include "model/gradient.hpp"

#include <algorithm>

namespace inference {

namespace {

/// target += factor * from, `count` numbers.
void add_scaled(float* target, const float* from, float factor, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) target[i] += factor * from[i];
}

/// The sum of products in eight running sums, so that the compiler may use whole registers.
float dot(const float* left, const float* right, std::size_t count) {
  float sums[8] = {};
  for (std::size_t i = 0; i < count; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sums[k] += left[i + k] * right[i + k];
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}  // namespace

gradient::gradient() : sum_(layout::total), to_features_(shape::features) {
  to_pooled_1_.resize((shape::half + 2) * (shape::half + 2) * shape::channels_1);
}

void gradient::clear() { std::fill(sum_.begin(), sum_.end(), 0.0F); }

void gradient::add(std::span<const float> parameters, const activations& at, const scores& output) {
  add_dense(parameters, at, output);
  add_convolution_2(parameters, at);
  add_convolution_1(at);
}

void gradient::add_dense(std::span<const float> parameters, const activations& at, const scores& output) {
  std::vector<float> to_hidden(shape::hidden);
  for (std::size_t h = 0; h < shape::hidden; ++h) {
    if (at.hidden[h] <= 0.0F) continue;
    const float* const row = parameters.data() + layout::dense_2 + h * shape::classes;
    float back = 0;
    for (std::size_t c = 0; c < shape::classes; ++c) back += row[c] * output.values[c];
    to_hidden[h] = back;
    add_scaled(sum_.data() + layout::dense_2 + h * shape::classes, output.values.data(), at.hidden[h],
               shape::classes);
  }
  add_scaled(sum_.data() + layout::dense_2_bias, output.values.data(), 1.0F, shape::classes);
  add_scaled(sum_.data() + layout::dense_1_bias, to_hidden.data(), 1.0F, shape::hidden);
  for (std::size_t f = 0; f < shape::features; ++f) {
    // A feature that ReLU cut off neither changes the loss nor passes anything back.
    to_features_[f] = 0;
    if (at.pooled_2[f] <= 0.0F) continue;
    to_features_[f] =
        dot(parameters.data() + layout::dense_1 + f * shape::hidden, to_hidden.data(), shape::hidden);
    add_scaled(sum_.data() + layout::dense_1 + f * shape::hidden, to_hidden.data(), at.pooled_2[f],
               shape::hidden);
  }
}

void gradient::add_convolution_2(std::span<const float> parameters, const activations& at) {
  constexpr std::size_t row_length = (shape::half + 2) * shape::channels_1;
  constexpr std::size_t taps = 3 * shape::channels_1;  // one row of the kernel, next to each other in memory
  std::fill(to_pooled_1_.begin(), to_pooled_1_.end(), 0.0F);
  for (std::size_t f = 0; f < shape::features; ++f) {
    const std::size_t winner = at.winners_2[f];
    const float change = to_features_[f];
    if (winner == 4) continue;  // only the place of the maximum takes part
    const std::size_t out = f % shape::channels_2;
    const std::size_t place = f / shape::channels_2;
    const std::size_t y = 2 * (place / shape::quarter) + winner / 2;
    const std::size_t x = 2 * (place % shape::quarter) + winner % 2;
    sum_[layout::conv_2_bias + out] += change;
    for (std::size_t row = 0; row < 3; ++row) {
      const std::size_t from = (y + row) * row_length + x * shape::channels_1;
      const std::size_t kernel = layout::conv_2 + (out * 3 + row) * taps;
      add_scaled(sum_.data() + kernel, at.pooled_1.data() + from, change, taps);
      add_scaled(to_pooled_1_.data() + from, parameters.data() + kernel, change, taps);
    }
  }
}

void gradient::add_convolution_1(const activations& at) {
  constexpr std::size_t row_length = shape::side + 2;
  for (std::size_t place = 0; place < shape::half * shape::half; ++place) {
    const std::size_t py = place / shape::half;
    const std::size_t px = place % shape::half;
    const float* const changes =
        to_pooled_1_.data() + ((py + 1) * (shape::half + 2) + px + 1) * shape::channels_1;
    for (std::size_t out = 0; out < shape::channels_1; ++out) {
      const std::size_t winner = at.winners_1[place * shape::channels_1 + out];
      if (winner == 4) continue;
      const std::size_t y = 2 * py + winner / 2;
      const std::size_t x = 2 * px + winner % 2;
      sum_[layout::conv_1_bias + out] += changes[out];
      for (std::size_t tap = 0; tap < 9; ++tap) {
        sum_[layout::conv_1 + out * 9 + tap] +=
            changes[out] * at.input[(y + tap / 3) * row_length + x + tap % 3];
      }
    }
  }
}

}  // namespace inference
