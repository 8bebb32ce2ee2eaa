#include "pipeline.hpp"

#include <chrono>
#include <utility>

#include <penstock/messages/codec.hpp>

#include "stages.hpp"

namespace inference {

namespace ps = penstock;
using namespace std::chrono_literals;

ps::graph make_pipeline(pipeline_inputs inputs) {
  ps::graph g{"inference-worker"};
  inputs.jobs.pull_into(g)
      .stage("fetch", fetch{std::move(inputs.images), inputs.image_count}, ps::workers(4), ps::blocking,
             ps::on_error(ps::retry(2, 50ms).when<storage_busy>(), ps::dead_letter()))
      .scatter("scatter", &split)
      .stage("preprocess", &preprocess)
      .stage("infer", ps::each_worker([weights = std::move(inputs.weights)] { return infer{weights}; }),
             ps::per_core)
      .stage("postprocess", &postprocess)
      .gather("gather", &assemble, ps::on_error(ps::dead_letter()))
      .sink("upload", upload{std::move(inputs.results)}, ps::workers(2), ps::blocking);
  return g;
}

}  // namespace inference
