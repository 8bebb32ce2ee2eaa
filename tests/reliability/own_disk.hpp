#pragma once

#include <sched.h>
#include <sys/mount.h>

#include <string>

namespace reliability {

/// The exit code of a child that may not do what it has to.
inline constexpr int no_right = 77;

/// True if this process, and those that it starts, have a file system of that size of their own at `folder`
/// now. `size` as `mount` takes it, for instance 1m.
inline bool mount_small_disk(const std::string& folder, const std::string& size) {
  const bool own = ::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
  return own && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

}  // namespace reliability
