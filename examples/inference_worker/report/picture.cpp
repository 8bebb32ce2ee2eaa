#include "report/picture.hpp"

#include <stdexcept>
#include <string_view>

#include <zlib.h>

namespace inference {

namespace {

void append_number(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>((number >> shift) & 0xFFU));
}

void append_chunk(std::string& file, std::string_view kind, std::string_view content) {
  append_number(file, static_cast<std::uint32_t>(content.size()));
  const std::size_t begin = file.size();
  file.append(kind).append(content);
  const auto* const covered = reinterpret_cast<const unsigned char*>(file.data()) + begin;
  append_number(file,
                static_cast<std::uint32_t>(crc32(0, covered, static_cast<unsigned>(file.size() - begin))));
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  const auto* const from = reinterpret_cast<const unsigned char*>(bytes.data());
  if (compress2(reinterpret_cast<unsigned char*>(packed.data()), &size, from, bytes.size(), 9) != Z_OK) {
    throw std::runtime_error("zlib can't compress a picture");
  }
  packed.resize(size);
  return packed;
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t triple = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      triple = (triple << 8U) | (i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text.push_back(i + k <= bytes.size() ? digits[(triple >> (18U - 6U * k)) & 63U] : '=');
    }
  }
  return text;
}

}  // namespace

std::string png(std::span<const std::uint8_t> grey, std::size_t rows, std::size_t columns) {
  std::string header;
  append_number(header, static_cast<std::uint32_t>(columns));
  append_number(header, static_cast<std::uint32_t>(rows));
  header.append({8, 0, 0, 0, 0});  // 8 bits, grey, the only compression and filter there are, not interlaced

  std::string lines;
  for (std::size_t y = 0; y < rows; ++y) {
    lines.push_back(0);  // no filter
    for (std::size_t x = 0; x < columns; ++x) lines.push_back(static_cast<char>(grey[y * columns + x]));
  }

  std::string file = "\x89PNG\r\n\x1a\n";
  append_chunk(file, "IHDR", header);
  append_chunk(file, "IDAT", deflated(lines));
  append_chunk(file, "IEND", "");
  return file;
}

std::string png_address(std::span<const std::uint8_t> grey, std::size_t rows, std::size_t columns) {
  return "data:image/png;base64," + base64(png(grey, rows, columns));
}

}  // namespace inference
