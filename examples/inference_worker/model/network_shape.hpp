#pragma once

#include <array>
#include <cstddef>

namespace inference {

/// The network: 3x3 convolution, ReLU, 2x2 maximum, twice; a hidden dense layer with ReLU; a dense layer.
namespace shape {

constexpr std::size_t side = 28;
constexpr std::size_t pixels = side * side;
constexpr std::size_t classes = 10;
constexpr std::size_t channels_1 = 16;  ///< after the first convolution
constexpr std::size_t channels_2 = 32;  ///< after the second
constexpr std::size_t hidden = 64;

constexpr std::size_t half = side / 2;
constexpr std::size_t quarter = side / 4;
constexpr std::size_t features = quarter * quarter * channels_2;  ///< what the hidden layer sees

}  // namespace shape

/// One image as the network takes it: brightness, centred and scaled, row by row.
struct pixels {
  std::array<float, shape::pixels> values;
};

/// One score per class, not yet probabilities.
struct scores {
  std::array<float, shape::classes> values;
};

/// Where each layer's numbers begin in the flat list of parameters.
/// Convolutions are [out][row][column][in], dense layers [in][out]; biases follow their layer.
namespace layout {

constexpr std::size_t conv_1 = 0;
constexpr std::size_t conv_1_bias = conv_1 + shape::channels_1 * 9;
constexpr std::size_t conv_2 = conv_1_bias + shape::channels_1;
constexpr std::size_t conv_2_bias = conv_2 + shape::channels_2 * 9 * shape::channels_1;
constexpr std::size_t dense_1 = conv_2_bias + shape::channels_2;
constexpr std::size_t dense_1_bias = dense_1 + shape::features * shape::hidden;
constexpr std::size_t dense_2 = dense_1_bias + shape::hidden;
constexpr std::size_t dense_2_bias = dense_2 + shape::hidden * shape::classes;
constexpr std::size_t total = dense_2_bias + shape::classes;

}  // namespace layout

}  // namespace inference
