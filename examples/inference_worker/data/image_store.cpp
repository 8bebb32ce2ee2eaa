#include "data/image_store.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include <zlib.h>

#include "data/whole_file.hpp"

namespace inference {

namespace {

constexpr std::size_t checksum_bytes = 4;

/// The checksum of an image as it stands behind it, least significant byte first.
std::array<std::uint8_t, checksum_bytes> checksum(std::span<const std::uint8_t> bytes) {
  const auto sum = static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<unsigned>(bytes.size())));
  return {static_cast<std::uint8_t>(sum & 0xFFU), static_cast<std::uint8_t>((sum >> 8U) & 0xFFU),
          static_cast<std::uint8_t>((sum >> 16U) & 0xFFU), static_cast<std::uint8_t>(sum >> 24U)};
}

struct close_file {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string file_name(const std::string& directory, std::size_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "/images-%04zu.bin", number);
  return directory + name;
}

}  // namespace

std::string image_store::path_of(std::uint32_t image) const {
  return file_name(directory_, image / images_per_file);
}

void image_store::read(std::uint32_t image, std::span<std::uint8_t> bytes) const {
  const std::string path = path_of(image);
  const std::unique_ptr<std::FILE, close_file> file{std::fopen(path.c_str(), "rb")};
  if (!file) {
    const int error = errno;
    const std::string reason = "can't open " + path + ": " + std::generic_category().message(error);
    if (error == EMFILE || error == ENFILE || error == EAGAIN) throw storage_busy(reason);
    throw std::runtime_error(reason);
  }
  const std::string name = "image " + std::to_string(image) + " in " + path;
  const std::size_t place = image % images_per_file * (bytes.size() + checksum_bytes);
  std::array<std::uint8_t, checksum_bytes> expected{};
  if (std::fseek(file.get(), static_cast<long>(place), SEEK_SET) != 0 ||
      std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() ||
      std::fread(expected.data(), 1, expected.size(), file.get()) != expected.size()) {
    throw std::runtime_error(name + " is missing: the file is cut short");
  }
  if (checksum(bytes) != expected)
    throw std::runtime_error(name + " is corrupt: its checksum does not match");
}

void write_image_store(const std::string& directory, const idx_images& images, std::size_t count) {
  std::filesystem::create_directories(directory);
  const std::size_t size = images.rows * images.columns;
  for (std::size_t begin = 0; begin < count; begin += image_store::images_per_file) {
    std::string file;
    const std::size_t end = std::min(begin + image_store::images_per_file, count);
    for (std::size_t image = begin; image < end; ++image) {
      const std::span<const std::uint8_t> bytes{images.pixels.data() + image * size, size};
      const auto sum = checksum(bytes);
      file.append(bytes.begin(), bytes.end()).append(sum.begin(), sum.end());
    }
    write_whole_file(file_name(directory, begin / image_store::images_per_file), file);
  }
}

}  // namespace inference
