#include "model/network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "model/layers.hpp"

namespace inference {

activations::activations()
    : input((shape::side + 2) * (shape::side + 2)),
      pooled_1((shape::half + 2) * (shape::half + 2) * shape::channels_1),
      pooled_2(shape::features),
      hidden(shape::hidden),
      winners_1(shape::half * shape::half * shape::channels_1),
      winners_2(shape::features) {}

network::network(std::vector<float> parameters)
    : parameters_(std::move(parameters)),
      packed_1_(shape::channels_1 * 9),
      packed_2_(shape::channels_2 * 9 * shape::channels_1) {
  if (parameters_.size() != layout::total) {
    throw std::invalid_argument("the network takes " + std::to_string(layout::total) + " numbers, not " +
                                std::to_string(parameters_.size()));
  }
  pack();
}

void network::assign(std::span<const float> parameters) {
  std::copy(parameters.begin(), parameters.end(), parameters_.begin());
  pack();
}

void network::pack() {
  pack_convolution(parameters_.data() + layout::conv_1, 1, shape::channels_1, packed_1_.data());
  pack_convolution(parameters_.data() + layout::conv_2, shape::channels_1, shape::channels_2,
                   packed_2_.data());
}

scores network::forward(const pixels& image, activations& at, bool record) const {
  for (std::size_t y = 0; y < shape::side; ++y) {
    std::copy_n(image.values.data() + y * shape::side, shape::side,
                at.input.data() + (y + 1) * (shape::side + 2) + 1);
  }
  const float* const numbers = parameters_.data();
  convolve_and_pool<shape::side, 1, shape::channels_1, 1>(at.input.data(), packed_1_.data(),
                                                          numbers + layout::conv_1_bias, at.pooled_1.data(),
                                                          record ? at.winners_1.data() : nullptr);
  convolve_and_pool<shape::half, shape::channels_1, shape::channels_2, 0>(
      at.pooled_1.data(), packed_2_.data(), numbers + layout::conv_2_bias, at.pooled_2.data(),
      record ? at.winners_2.data() : nullptr);
  dense<shape::features, shape::hidden>(at.pooled_2.data(), numbers + layout::dense_1,
                                        numbers + layout::dense_1_bias, at.hidden.data());
  for (float& value : at.hidden) value = std::max(value, 0.0F);
  scores result{};
  dense<shape::hidden, shape::classes>(at.hidden.data(), numbers + layout::dense_2,
                                       numbers + layout::dense_2_bias, result.values.data());
  return result;
}

void classifier::host(std::span<const pixels> images, std::span<scores> results) {
  for (std::size_t i = 0; i < images.size(); ++i) results[i] = network_.forward(images[i], at_, false);
}

scores softmax(const scores& raw) {
  const float highest = *std::max_element(raw.values.begin(), raw.values.end());
  scores result{};
  float sum = 0;
  for (std::size_t c = 0; c < shape::classes; ++c) {
    result.values[c] = std::exp(raw.values[c] - highest);
    sum += result.values[c];
  }
  for (float& value : result.values) value /= sum;
  return result;
}

}  // namespace inference
