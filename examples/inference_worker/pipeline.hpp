#pragma once

#include <memory>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

#include "data/spool.hpp"

namespace inference {

/// What the graph works on.
struct pipeline_inputs {
  std::shared_ptr<spool> jobs;
  std::string images;          ///< directory of the image store
  std::size_t image_count;     ///< images there are numbers for
  std::string results;         ///< directory for the results
  std::vector<float> weights;  ///< of the network
};

/// The graph: pull, fetch, scatter, preprocess, infer, postprocess, gather, upload.
penstock::graph make_pipeline(pipeline_inputs inputs);

}  // namespace inference
