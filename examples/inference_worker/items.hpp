#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "model/network_shape.hpp"

namespace inference {

// What travels from stage to stage, in the order of the journey.

/// A file of the spool. `images` is its text, numbers of test images with blanks between; fetch makes sense
/// of it, so that a job that holds nonsense becomes a dead letter that shows the nonsense.
struct job {
  std::string name;
  std::string images;
};
BOOST_DESCRIBE_STRUCT(job, (), (name, images))

/// One image as it lies in the store.
struct raw_image {
  std::string job;
  std::uint32_t image = 0;
  std::array<std::uint8_t, shape::pixels> bytes{};
};
BOOST_DESCRIBE_STRUCT(raw_image, (), (job, image, bytes))

/// A job with all of its images.
struct fetched_job {
  std::string name;
  std::vector<raw_image> images;
};
BOOST_DESCRIBE_STRUCT(fetched_job, (), (name, images))

/// One image as the network takes it.
struct ready_image {
  std::string job;
  std::uint32_t image = 0;
  pixels values{};
};
BOOST_DESCRIBE_STRUCT(ready_image, (), (job, image, values))

/// What the network said of one image.
struct scored_image {
  std::string job;
  std::uint32_t image = 0;
  scores values{};
};
BOOST_DESCRIBE_STRUCT(scored_image, (), (job, image, values))

/// What one image shows, and how sure of it the network is (0 to 1).
struct prediction {
  std::string job;
  std::uint32_t image = 0;
  std::uint32_t label = 0;
  float confidence = 0;
};
BOOST_DESCRIBE_STRUCT(prediction, (), (job, image, label, confidence))

/// What became of a job.
struct job_result {
  std::string job;
  std::vector<prediction> predictions;  ///< by number of image
  std::vector<std::string> failures;    ///< one line per image that failed
};
BOOST_DESCRIBE_STRUCT(job_result, (), (job, predictions, failures))

}  // namespace inference
