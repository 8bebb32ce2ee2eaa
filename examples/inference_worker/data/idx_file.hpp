#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace inference {

/// The content of an IDX file of images: `count` pictures of `rows` x `columns` bytes, one after another.
struct idx_images {
  std::size_t count = 0;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::uint8_t> pixels;
};

/// Reads a gzipped (or plain) IDX file of images.
/// Throws std::runtime_error, naming the file and what is wrong with it, when it can't be read whole.
idx_images read_idx_images(const std::string& path);

/// Reads a gzipped (or plain) IDX file of labels, one byte each. Throws as read_idx_images does.
std::vector<std::uint8_t> read_idx_labels(const std::string& path);

}  // namespace inference
