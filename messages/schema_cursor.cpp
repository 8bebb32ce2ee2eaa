#include <penstock/messages/schema_cursor.hpp>

#include <penstock/messages/error.hpp>

namespace penstock::detail {

void step_budget::take() {
  if (left_ == 0) {
    throw codec_error{"penstock: an item's schema asks for far more values than the item has bytes"};
  }
  --left_;
}

const std::byte* schema_cursor::take(std::size_t count) { return take(count, 1); }

const std::byte* schema_cursor::take(std::uint64_t count, std::size_t width) {
  if (count > left_.size() / width) {
    throw codec_error{"penstock: bytes that are not what their schema says, at " +
                      std::to_string(position()) + " of " + std::to_string(size_) + ": " +
                      std::to_string(count) + " values of " + std::to_string(width) + " bytes and only " +
                      std::to_string(left_.size()) + " bytes left"};
  }
  const std::byte* const first = left_.data();
  left_ = left_.subspan(static_cast<std::size_t>(count) * width);
  return first;
}

std::uint64_t schema_cursor::count() {
  std::uint64_t count = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(*take(1));
    const std::uint64_t bits = byte & 0x7fu;
    if (shift == 63 && bits > 1) break;
    count |= bits << shift;
    if ((byte & 0x80u) == 0) return count;
  }
  throw codec_error{"penstock: bytes that are not what their schema says: a count does not fit into 64 bits"};
}

void append_count(std::uint64_t count, std::vector<std::byte>& into) {
  while (count >= 0x80) {
    into.push_back(static_cast<std::byte>(count & 0x7f) | std::byte{0x80});
    count >>= 7;
  }
  into.push_back(static_cast<std::byte>(count));
}

std::string schema_path::text() const {
  std::string path;
  for (const piece& each : pieces_) {
    if (each.name == nullptr) {
      path += "[" + std::to_string(each.index) + "]";
    } else {
      if (!path.empty()) path += ".";
      path += *each.name;
    }
  }
  return path;
}

void schema_path::refuse(const std::string& problem) const {
  throw codec_error{"penstock: " + (pieces_.empty() ? std::string{"the item"} : "'" + text() + "'") + " " +
                    problem};
}

}  // namespace penstock::detail
