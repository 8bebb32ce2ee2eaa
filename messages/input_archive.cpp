#include <penstock/messages/input_archive.hpp>

#include <cstring>

#include <penstock/messages/error.hpp>
#include <penstock/messages/output_archive.hpp>
#include <penstock/messages/type_name.hpp>

namespace penstock {

input_archive::input_archive(std::span<const std::byte> from)
    : common_iarchive{boost::archive::no_header | boost::archive::no_tracking},
      left_{from},
      size_{from.size()} {}

input_archive::level::level(input_archive& of) : of_{of} {
  if (of_.depth_ == archive_depth_limit) {
    of_.refuse("nested deeper than " + std::to_string(archive_depth_limit) + " levels");
  }
  ++of_.depth_;
}

void input_archive::load_binary(void* bytes, std::size_t count) {
  if (count > left_.size()) {
    refuse("needs " + std::to_string(count) + " bytes more and has " + std::to_string(left_.size()));
  }
  if (count > 0) std::memcpy(bytes, left_.data(), count);
  left_ = left_.subspan(count);
}

std::uint64_t input_archive::read_count() {
  std::uint64_t count = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    std::uint8_t byte = 0;
    load_binary(&byte, 1);
    const std::uint64_t bits = byte & 0x7fu;
    if (shift == 63 && bits > 1) break;
    count |= bits << shift;
    if ((byte & 0x80u) == 0) return count;
  }
  refuse("a count does not fit into 64 bits");
}

std::size_t input_archive::read_element_count(std::size_t element_size) {
  const auto count = read_count();
  if (count > left_.size() / element_size) {
    refuse("a count of " + std::to_string(count) + " with only " + std::to_string(left_.size()) +
           " bytes left");
  }
  return static_cast<std::size_t>(count);
}

unsigned input_archive::read_version(unsigned newest, const std::type_info& type) {
  const auto version = read_count();
  if (version > newest) {
    refuse(readable_type_name(type) + " of version " + std::to_string(version) +
           ", this program knows up to " + std::to_string(newest));
  }
  return static_cast<unsigned>(version);
}

void input_archive::refuse(const std::string& reason) const {
  throw codec_error{"penstock: bytes that are no such item, at " + std::to_string(size_ - left_.size()) +
                    " of " + std::to_string(size_) + ": " + reason};
}

}  // namespace penstock
