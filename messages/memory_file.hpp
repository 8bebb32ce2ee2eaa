#pragma once

#include <cstddef>

namespace penstock {

/// The most bytes that this process may give a file (RLIMIT_FSIZE), a file in memory too. Asking for more
/// would end it with SIGXFSZ.
std::size_t most_file_bytes();

/// Makes a file in memory, without a name and all zero, of `bytes`. No process can make it smaller, so
/// whoever maps it may read all of it. The descriptor is none of the three standard ones, and closed in
/// programs that are started. -1, and errno says why, if it can't be made.
int make_memory_file(const char* name, std::size_t bytes) noexcept;

/// True if it can be mapped for `bytes` without a fear: it is that large, and no process can make it smaller.
/// For descriptors that another process sent.
bool is_memory_file(int descriptor, std::size_t bytes) noexcept;

}  // namespace penstock
