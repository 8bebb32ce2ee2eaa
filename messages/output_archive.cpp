#include <penstock/messages/output_archive.hpp>

#include <string>

#include <penstock/messages/error.hpp>

namespace penstock {

output_archive::output_archive(std::vector<std::byte>& into)
    : common_oarchive{boost::archive::no_header | boost::archive::no_tracking}, into_{into} {}

output_archive::level::level(output_archive& of) : of_{of} {
  if (++of_.depth_ > archive_depth_limit) {
    --of_.depth_;
    throw codec_error{"penstock: an item is nested deeper than " + std::to_string(archive_depth_limit) +
                      " levels"};
  }
}

void output_archive::save_binary(const void* bytes, std::size_t count) {
  const auto* first = static_cast<const std::byte*>(bytes);
  if (count > 0) into_.insert(into_.end(), first, first + count);
}

void output_archive::refuse_tracking() {
  throw codec_error{"penstock: pointers with tracking can't be written down"};
}

void output_archive::write_count(std::uint64_t count) {
  while (count >= 0x80) {
    into_.push_back(static_cast<std::byte>(count & 0x7f) | std::byte{0x80});
    count >>= 7;
  }
  into_.push_back(static_cast<std::byte>(count));
}

}  // namespace penstock
