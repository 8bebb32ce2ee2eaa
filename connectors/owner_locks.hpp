#pragma once

#include <cstdint>
#include <filesystem>

namespace penstock {

/// A file beside a queue, of which each store holds a byte. The kernel lets go of it when the process ends,
/// in whatever namespace it is, so whoever looks knows who is there. It is empty, and stays. One thread at a
/// time.
class owner_locks {
 public:
  /// Opens it, makes it where it is missing. Where that is not possible nobody is known to be there.
  explicit owner_locks(const std::filesystem::path& file);
  ~owner_locks();
  owner_locks(const owner_locks&) = delete;
  owner_locks& operator=(const owner_locks&) = delete;

  /// Of the file on its disk: places in another file say nothing. 0: there is none.
  std::uint64_t file_number() const { return file_number_; }

  /// This store is at the place, for as long as this object. False if that is not possible.
  bool hold(std::int64_t place);
  /// Another store is there.
  bool is_held(std::int64_t place) const;

 private:
  int handle_ = -1;
  std::uint64_t file_number_ = 0;
};

}  // namespace penstock
