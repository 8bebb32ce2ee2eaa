#pragma once

#include <cstdint>
#include <string>

namespace penstock {

/// The readable name of the function of this program in which an offset from its beginning lies; empty if its
/// file was stripped of names or can't be read. Reads the file each time: for reports of crashes. Any thread.
std::string program_function(std::uint64_t offset);

}  // namespace penstock
