#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "model/network_shape.hpp"

namespace inference {

/// What one image leaves behind on its way through the network, layer by layer.
/// Training goes back through it; a classifier reuses one for all its images.
struct activations {
  std::vector<float> input;     ///< [30][30], zeros around
  std::vector<float> pooled_1;  ///< [16][16][channels_1], zeros around
  std::vector<float> pooled_2;  ///< [7][7][channels_2]
  std::vector<float> hidden;    ///< after ReLU
  std::vector<std::uint8_t> winners_1;
  std::vector<std::uint8_t> winners_2;

  activations();
};

/// The network with its numbers. Copies share nothing; one copy belongs to one thread at a time.
class network {
 public:
  /// `parameters` are layout::total numbers; throws std::invalid_argument when there are more or fewer.
  explicit network(std::vector<float> parameters);

  /// Takes new numbers of the same count.
  void assign(std::span<const float> parameters);

  /// One image through all layers. `record` asks for the places of the maxima, which only training needs.
  scores forward(const pixels& image, activations& at, bool record) const;

 private:
  void pack();

  std::vector<float> parameters_;
  std::vector<float> packed_1_;
  std::vector<float> packed_2_;
};

/// The network as the `infer` stage holds it, in the form of a kernel: a batch in, a batch out, no state
/// between calls.
class classifier {
 public:
  explicit classifier(std::vector<float> parameters) : network_(std::move(parameters)) {}

  /// The form for the host. `images` and `results` have the same length; element i belongs to element i.
  void host(std::span<const pixels> images, std::span<scores> results);

 private:
  network network_;
  activations at_;
};

/// Scores as probabilities that add up to 1.
scores softmax(const scores& raw);

}  // namespace inference
