#include "data/whole_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace inference {

namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  throw std::runtime_error("can't " + what + " " + path + ": " + std::generic_category().message(error));
}

struct close_file {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using open_file = std::unique_ptr<std::FILE, close_file>;

}  // namespace

std::string read_whole_file(const std::string& path) {
  const open_file file{std::fopen(path.c_str(), "rb")};
  if (!file) fail("open", path, errno);
  std::string bytes;
  std::array<char, 65536> piece{};
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), file.get()))
    bytes.append(piece.data(), got);
  if (std::ferror(file.get()) != 0) fail("read", path, errno);
  return bytes;
}

void write_whole_file(const std::string& path, std::string_view bytes) {
  const std::string part = path + ".part";
  open_file file{std::fopen(part.c_str(), "wb")};
  if (!file) fail("create", path, errno);
  // A full disk shows at the latest when the file is closed.
  errno = 0;
  bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  int error = errno;
  if (std::fclose(file.release()) != 0 && written) {
    error = errno;
    written = false;
  }
  if (written && std::rename(part.c_str(), path.c_str()) == 0) return;
  if (written) error = errno;
  std::remove(part.c_str());
  fail("write", path, error);
}

}  // namespace inference
