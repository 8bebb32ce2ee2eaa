#include "data/dataset.hpp"

#include <filesystem>
#include <stdexcept>

#include "model/network_shape.hpp"

namespace inference {

namespace {

dataset load(const std::string& directory, const std::string& stem) {
  const std::string images = directory + "/" + stem + "-images-idx3-ubyte.gz";
  const std::string labels = directory + "/" + stem + "-labels-idx1-ubyte.gz";
  for (const std::string& path : {images, labels}) {
    if (std::filesystem::exists(path)) continue;
    throw std::runtime_error(
        path +
        " is missing. Install the images (apt install dataset-fashion-mnist) or name the "
        "directory that holds them with --data DIR");
  }
  dataset loaded{read_idx_images(images), read_idx_labels(labels)};
  if (loaded.images.rows != shape::side || loaded.images.columns != shape::side) {
    throw std::runtime_error(images + " holds images of another size than 28 x 28 pixels");
  }
  if (loaded.images.count != loaded.labels.size()) {
    throw std::runtime_error(images + " and " + labels + " differ in how many images they speak of");
  }
  for (const std::uint8_t label : loaded.labels) {
    if (label >= class_names.size()) throw std::runtime_error(labels + " holds a label outside 0 to 9");
  }
  return loaded;
}

}  // namespace

dataset load_training_set(const std::string& directory) { return load(directory, "train"); }

dataset load_test_set(const std::string& directory) { return load(directory, "t10k"); }

}  // namespace inference
