#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace inference {

/// What the command line of the program says, the runtime's own flags aside.
struct options {
  std::string data = default_data_directory;  ///< where the four files of Fashion-MNIST lie
  std::string out = "build/run";              ///< results, images and the report go below it
  std::string spool;                          ///< empty: `out`/spool
  std::string queue;                          ///< sqlite:FILE or redis://HOST; empty: jobs lie in the spool
  std::string weights;                        ///< empty: the file beside the program's source
  std::size_t images = 0;                     ///< how many test images to put into jobs; 0: all
  std::uint64_t seed = 7;                     ///< of the jobs
  bool fill_only = false;                     ///< fill the spool and end
  bool help = false;

  std::string spool_directory() const { return spool.empty() ? out + "/spool" : spool; }
  std::string image_directory() const { return out + "/images"; }
  std::string result_directory() const { return out + "/results"; }
  std::string report_file() const { return out + "/report.html"; }
};

/// Reads the command line. Throws std::invalid_argument that names the flag and what was expected.
options parse_options(const std::vector<std::string>& arguments);

/// The flags, one a line.
extern const char* const options_help;

}  // namespace inference
