// The inference worker: jobs of images from a spool directory through a graph of stages; see README.md.

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <penstock/penstock.hpp>

#include "data/image_store.hpp"
#include "data/job_list.hpp"
#include "data/job_origin.hpp"
#include "model/weights_file.hpp"
#include "options.hpp"
#include "pipeline.hpp"
#include "summary.hpp"

namespace {

namespace fs = std::filesystem;

/// Puts all images into new jobs, and takes away what earlier jobs left.
void fill(const inference::options& given, const inference::dataset& test, inference::job_origin& jobs) {
  const std::size_t there = test.labels.size();
  const std::size_t images = given.images == 0 ? there : given.images;
  if (images > there) {
    throw std::invalid_argument("--images " + std::to_string(images) + ": there are " +
                                std::to_string(there));
  }
  fs::remove_all(given.image_directory());
  fs::remove_all(given.result_directory());
  fs::create_directories(given.result_directory());
  inference::write_image_store(given.image_directory(), test.images, images);
  jobs.fill(inference::make_jobs(images, given.seed));
  std::printf("%zu images in %zu new jobs in %s\n", images, jobs.waiting(), jobs.place().c_str());
}

/// What an earlier run left to do needs the images and results which that run used.
void go_on(const inference::options& given, const inference::job_origin& jobs) {
  if (!fs::is_directory(given.image_directory())) {
    throw std::runtime_error(given.image_directory() + " is missing, yet jobs wait in " + jobs.place() +
                             ": name the --out directory they belong to, or delete them");
  }
  fs::create_directories(given.result_directory());
  std::printf("%zu jobs wait in %s\n", jobs.waiting(), jobs.place().c_str());
}

int work(penstock::runtime& rt, const inference::options& given) {
  const inference::dataset test = inference::load_test_set(given.data);
  std::vector<float> weights =
      inference::read_weights(given.weights.empty() ? INFERENCE_WORKER_WEIGHTS : given.weights);
  const auto jobs = given.queue.empty() ? inference::open_spool(given.spool_directory())
                                        : inference::open_queue(given.queue);
  if (jobs->waiting() == 0) {
    fill(given, test, *jobs);
  } else {
    go_on(given, *jobs);
  }
  std::fflush(stdout);
  if (given.fill_only) return 0;

  const inference::starting_point before = inference::look_around(given, rt.options().dead_letters);
  penstock::graph g = inference::make_pipeline(
      {*jobs, given.image_directory(), test.labels.size(), given.result_directory(), std::move(weights)});
  penstock::run_snapshot at_end;
  const int code = rt.run(g, at_end);
  return inference::summarize(given, test, *jobs, before, rt.options().dead_letters, at_end, code);
}

}  // namespace

int main(int argc, char** argv) {
  // A file size limit is a full disk to us: the write should fail, not the process end.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    penstock::runtime rt{argc, argv};
    const inference::options given = inference::parse_options(rt.arguments());
    if (given.help) {
      std::printf("%s", inference::options_help);
      return 0;
    }
    return work(rt, given);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "inference_worker: %s\n", error.what());
    return 1;
  }
}
