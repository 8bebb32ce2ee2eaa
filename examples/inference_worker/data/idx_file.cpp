#include "data/idx_file.hpp"

#include <array>
#include <memory>
#include <stdexcept>

#include <zlib.h>

namespace inference {

namespace {

constexpr std::uint32_t images_magic = 0x00000803;  // unsigned bytes, three dimensions
constexpr std::uint32_t labels_magic = 0x00000801;  // unsigned bytes, one dimension

/// A file that zlib reads, packed or not; it closes itself.
class packed_file {
 public:
  explicit packed_file(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb"), &gzclose) {
    if (!file_) throw std::runtime_error("can't open " + path);
  }

  std::uint32_t read_number() {
    std::array<std::uint8_t, 4> raw{};
    read(raw.data(), raw.size());
    return (std::uint32_t{raw[0]} << 24U) | (std::uint32_t{raw[1]} << 16U) | (std::uint32_t{raw[2]} << 8U) |
           raw[3];
  }

  void read(std::uint8_t* into, std::size_t bytes) {
    const int got = gzread(file_.get(), into, static_cast<unsigned>(bytes));
    if (got < 0 || static_cast<std::size_t>(got) != bytes) {
      throw std::runtime_error(path_ + " is cut short or damaged: " + std::to_string(bytes) +
                               " bytes wanted, " + std::to_string(got < 0 ? 0 : got) + " readable");
    }
  }

  void expect_magic(std::uint32_t expected) {
    if (read_number() != expected)
      throw std::runtime_error(path_ + " is not an IDX file of the expected kind");
  }

  std::size_t read_size(std::uint32_t most) {
    const std::uint32_t size = read_number();
    if (size == 0 || size > most) {
      throw std::runtime_error(path_ + " claims a size of " + std::to_string(size) + ", 1 to " +
                               std::to_string(most) + " expected");
    }
    return size;
  }

 private:
  std::string path_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

constexpr std::uint32_t most_images = 1'000'000;
constexpr std::uint32_t longest_side = 256;

}  // namespace

idx_images read_idx_images(const std::string& path) {
  packed_file file{path};
  file.expect_magic(images_magic);
  idx_images images;
  images.count = file.read_size(most_images);
  images.rows = file.read_size(longest_side);
  images.columns = file.read_size(longest_side);
  images.pixels.resize(images.count * images.rows * images.columns);
  file.read(images.pixels.data(), images.pixels.size());
  return images;
}

std::vector<std::uint8_t> read_idx_labels(const std::string& path) {
  packed_file file{path};
  file.expect_magic(labels_magic);
  std::vector<std::uint8_t> labels(file.read_size(most_images));
  file.read(labels.data(), labels.size());
  return labels;
}

}  // namespace inference
