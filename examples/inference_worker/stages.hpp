#pragma once

#include <string>
#include <vector>

#include <penstock/penstock.hpp>

#include "data/image_store.hpp"
#include "items.hpp"
#include "model/network.hpp"

namespace inference {

/// Reads a job's images from the store. Throws std::runtime_error, naming the job, when its list makes no
/// sense or an image can't be read, and storage_busy when another try may help.
class fetch {
 public:
  fetch(std::string images, std::size_t count) : store_(std::move(images)), count_(count) {}

  fetched_job operator()(const job& wanted) const;

 private:
  image_store store_;
  std::size_t count_;  ///< images that there are
};

/// A job's images, each on its own.
std::vector<raw_image> split(fetched_job whole);

ready_image preprocess(const raw_image& raw);

/// The network, one copy per worker.
class infer {
 public:
  explicit infer(std::vector<float> weights) : classifier_(std::move(weights)) {}

  scored_image operator()(const ready_image& ready);

 private:
  classifier classifier_;
};

prediction postprocess(const scored_image& scored);

/// Puts a job together again, in the order of the images' numbers; images that failed on the way become lines
/// in `failures`.
job_result assemble(std::vector<penstock::outcome<prediction>> pieces);

/// Writes a job's result file. A full disk fails the run: the job goes back to the spool, and nothing is
/// lost.
class upload {
 public:
  explicit upload(std::string directory) : directory_(std::move(directory)) {}

  void operator()(const job_result& result) const;

 private:
  std::string directory_;
};

}  // namespace inference
