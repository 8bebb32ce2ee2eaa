#pragma once

#include <string>
#include <string_view>

namespace inference {

/// The bytes of a file. Throws std::runtime_error with the file's name and the system's reason.
std::string read_whole_file(const std::string& path);

/// Writes a file so that readers see all of it or none: into a neighbour with the ending `.part`, then
/// renamed. Throws std::runtime_error with the file's name and the system's reason (a full disk among them),
/// and leaves no part.
void write_whole_file(const std::string& path, std::string_view bytes);

}  // namespace inference
