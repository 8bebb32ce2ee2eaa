#include "model/weights_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <zlib.h>

#include "data/whole_file.hpp"
#include "model/network_shape.hpp"

namespace inference {

namespace {

constexpr std::string_view magic = "psweigh1";

constexpr std::array<std::uint32_t, 6> expected_sizes = {shape::side,   shape::channels_1, shape::channels_2,
                                                         shape::hidden, shape::classes,    layout::total};

void append(std::string& bytes, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<char>((number >> shift) & 0xFFU));
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i > 0; --i) number = (number << 8U) | static_cast<std::uint8_t>(bytes[at + i - 1]);
  return number;
}

std::uint32_t checksum(const std::string& bytes, std::size_t from, std::size_t length) {
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data()) + from;
  return static_cast<std::uint32_t>(crc32(crc32(0, nullptr, 0), data, static_cast<unsigned>(length)));
}

constexpr std::size_t numbers_at = magic.size() + 4 * expected_sizes.size();
constexpr std::size_t checksum_at = numbers_at + 4 * layout::total;

}  // namespace

std::vector<float> read_weights(const std::string& path) {
  const std::string bytes = read_whole_file(path);
  if (bytes.compare(0, magic.size(), magic) != 0) throw std::runtime_error(path + " is not a weights file");
  if (bytes.size() != checksum_at + 4) {
    throw std::runtime_error(path + " has " + std::to_string(bytes.size()) + " bytes, " +
                             std::to_string(checksum_at + 4) +
                             " expected: it belongs to another network or is cut");
  }
  for (std::size_t i = 0; i < expected_sizes.size(); ++i) {
    const std::uint32_t found = number_at(bytes, magic.size() + 4 * i);
    if (found != expected_sizes[i]) {
      throw std::runtime_error(path + " belongs to another network: size " + std::to_string(i) + " is " +
                               std::to_string(found) + ", " + std::to_string(expected_sizes[i]) +
                               " expected");
    }
  }
  if (number_at(bytes, checksum_at) != checksum(bytes, numbers_at, 4 * layout::total)) {
    throw std::runtime_error(path + " is damaged: its checksum does not match");
  }
  std::vector<float> parameters(layout::total);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i] = std::bit_cast<float>(number_at(bytes, numbers_at + 4 * i));
  }
  return parameters;
}

void write_weights(const std::string& path, const std::vector<float>& parameters) {
  std::string bytes{magic};
  for (const std::uint32_t size : expected_sizes) append(bytes, size);
  for (const float parameter : parameters) append(bytes, std::bit_cast<std::uint32_t>(parameter));
  append(bytes, checksum(bytes, numbers_at, bytes.size() - numbers_at));
  write_whole_file(path, bytes);
}

}  // namespace inference
