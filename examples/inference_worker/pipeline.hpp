#pragma once

#include <string>
#include <vector>

#include <penstock/penstock.hpp>

#include "data/job_origin.hpp"

namespace inference {

/// What the graph works on.
struct pipeline_inputs {
  const job_origin& jobs;
  std::string images;          ///< directory of the image store
  std::size_t image_count;     ///< images there are numbers for
  std::string results;         ///< directory for the results
  std::vector<float> weights;  ///< of the network
};

/// The graph: pull, fetch, scatter, preprocess, infer, postprocess, gather, upload.
penstock::graph make_pipeline(pipeline_inputs inputs);

}  // namespace inference
