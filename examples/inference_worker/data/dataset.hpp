#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/idx_file.hpp"

namespace inference {

/// Where Debian's package dataset-fashion-mnist puts its files.
inline constexpr const char* default_data_directory = "/usr/share/datasets/fashion-mnist";

/// What the ten labels of Fashion-MNIST mean.
inline constexpr std::array<std::string_view, 10> class_names = {
    "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};

/// Images and what they show: labels[i] is the class of image i.
struct dataset {
  idx_images images;
  std::vector<std::uint8_t> labels;
};

/// Reads the 60,000 images for training or the 10,000 for testing from `directory`. Throws
/// std::runtime_error: with what to install when the directory or a file of it is missing, else with what is
/// wrong with which file.
dataset load_training_set(const std::string& directory);
dataset load_test_set(const std::string& directory);

}  // namespace inference
