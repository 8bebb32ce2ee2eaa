#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "data/idx_file.hpp"

namespace inference {

/// How to train. The same plan on the same machine and build gives the same numbers.
struct training_plan {
  std::uint64_t seed = 1;
  unsigned epochs = 60;
  std::size_t batch = 64;    ///< images per step
  float first_rate = 2e-3F;  ///< step width of Adam at the start; it falls to zero along a cosine
  float decay = 1e-2F;       ///< what each step takes off the weights, times the rate
  bool augment = true;       ///< mirror images and move them by a pixel, at random
};

/// What one epoch came to.
struct epoch_result {
  unsigned epoch = 0;   ///< from 1
  double loss = 0;      ///< mean cross entropy over the epoch's images
  double accuracy = 0;  ///< share of the epoch's images that were recognised while learning
};

/// Trains the network with Adam from random numbers and gives its parameters. `after_epoch` is called on the
/// calling thread with the state so far. Throws std::invalid_argument when images and labels don't fit each
/// other.
std::vector<float> train(
    const idx_images& images, const std::vector<std::uint8_t>& labels, const training_plan& plan,
    const std::function<void(const epoch_result&, const std::vector<float>&)>& after_epoch);

/// The share of images that the network with these parameters recognises.
double accuracy(const std::vector<float>& parameters, const idx_images& images,
                const std::vector<std::uint8_t>& labels);

}  // namespace inference
