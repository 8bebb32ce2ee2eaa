#pragma once

#include <string>
#include <vector>

namespace inference {

/// Reads the network's parameters from a weights file: the eight bytes "psweigh1", the network's sizes (side,
/// channels, channels, hidden, classes) and the count of parameters as 32-bit numbers, the parameters as
/// 32-bit floats, a CRC-32 of them; all little-endian. Throws std::runtime_error, naming the file, when
/// anything of that is not as expected.
std::vector<float> read_weights(const std::string& path);

/// Writes such a file, complete or not at all. Throws std::runtime_error, naming the file, when that fails.
void write_weights(const std::string& path, const std::vector<float>& parameters);

}  // namespace inference
