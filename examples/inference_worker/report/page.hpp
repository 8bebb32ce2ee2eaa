#pragma once

#include <string>

#include <penstock/runtime/snapshot.hpp>

#include "data/idx_file.hpp"
#include "report/evaluation.hpp"

namespace inference {

/// What the report is made of.
struct report_facts {
  const evaluation& results;
  const penstock::run_snapshot& run;
  const idx_images& images;  ///< the test images, for the pictures
  double images_per_second = 0;
  std::size_t jobs_given_up = 0;
};

/// The report as one HTML page that needs nothing but itself.
std::string report_page(const report_facts& facts);

}  // namespace inference
