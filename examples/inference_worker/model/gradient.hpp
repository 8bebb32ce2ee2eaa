#pragma once

#include <span>
#include <vector>

#include "model/network.hpp"

namespace inference {

/// Goes back through the network, image by image, and adds up how the loss changes with every number.
class gradient {
 public:
  gradient();

  /// Forgets what was added up.
  void clear();

  /// Adds one image's share. `at` is what network::forward recorded for it, `output` how its loss (cross
  /// entropy) changes with each score: probability minus 1 for the right class, probability for the others.
  void add(std::span<const float> parameters, const activations& at, const scores& output);

  /// layout::total numbers: the sum over all images added since clear().
  std::span<const float> sum() const { return sum_; }

 private:
  void add_dense(std::span<const float> parameters, const activations& at, const scores& output);
  void add_convolution_2(std::span<const float> parameters, const activations& at);
  void add_convolution_1(const activations& at);

  std::vector<float> sum_;
  std::vector<float> to_features_;  ///< change of the loss with pooled_2
  std::vector<float> to_pooled_1_;  ///< change of the loss with pooled_1, its border included
};

}  // namespace inference
