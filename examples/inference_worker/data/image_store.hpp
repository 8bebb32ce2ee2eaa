#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "data/idx_file.hpp"

namespace inference {

/// The machine has no room for one more open file at the moment: worth another try.
struct storage_busy : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A directory of files with 100 images each, every image followed by its CRC-32: the slow storage of this
/// example.
class image_store {
 public:
  static constexpr std::size_t images_per_file = 100;

  explicit image_store(std::string directory) : directory_(std::move(directory)) {}

  /// Reads one image into `bytes`. Any thread. Throws storage_busy, or std::runtime_error that names file and
  /// image when the file is missing, cut short or damaged.
  void read(std::uint32_t image, std::span<std::uint8_t> bytes) const;

  /// The file that image lies in.
  std::string path_of(std::uint32_t image) const;

 private:
  std::string directory_;
};

/// Writes the first `count` images into such a directory, which is made if need be. Throws std::runtime_error
/// that names the file which can't be written.
void write_image_store(const std::string& directory, const idx_images& images, std::size_t count);

}  // namespace inference
