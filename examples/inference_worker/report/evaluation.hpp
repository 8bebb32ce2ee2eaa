#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "items.hpp"

namespace inference {

/// A picture that the network took for something else.
struct mistake {
  std::uint32_t image = 0;
  std::uint32_t truth = 0;
  std::uint32_t label = 0;  ///< what the network took it for
  float confidence = 0;
};

/// How good a set of results is.
struct evaluation {
  std::size_t images = 0;
  std::size_t right = 0;
  std::size_t failed = 0;  ///< images that were not classified because a stage failed on them
  std::array<std::array<std::size_t, shape::classes>, shape::classes> confusion{};  ///< [truth][label]
  std::vector<mistake> mistakes;       ///< the most confident first
  std::vector<std::size_t> job_sizes;  ///< images per job, as they came

  /// Share of the images that were recognised; 0 if there are none.
  double accuracy() const {
    return images == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(images);
  }
};

/// Compares results with the true labels. Throws std::runtime_error for an image that has no label.
evaluation evaluate(const std::vector<job_result>& results, const std::vector<std::uint8_t>& truth);

}  // namespace inference
