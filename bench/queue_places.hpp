#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace bench {

/// A folder beside this program, so on the disk that it was built on, gone with it.
class disk_folder {
 public:
  disk_folder();
  ~disk_folder();
  disk_folder(const disk_folder&) = delete;
  disk_folder& operator=(const disk_folder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A Redis server of its own that keeps each command in a file on that disk, safe every second. Ends with it.
class redis_server {
 public:
  /// Throws std::runtime_error if there is none here.
  redis_server();
  ~redis_server();
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  std::string socket() const { return (folder_ / "redis.sock").string(); }
  std::string url() const { return "unix://" + socket(); }

 private:
  disk_folder folder_;
  pid_t id_ = -1;
};

}  // namespace bench
