#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace penstock_test {

/// Transactions in SQLite's log: the frames that say how large the file is behind them.
inline int commits_in(const std::filesystem::path& log) {
  constexpr std::size_t head = 32;
  constexpr std::size_t frame_head = 24;
  std::ifstream file{log, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
    return value;
  };
  const auto frame = frame_head + number(8);
  int found = 0;
  for (auto at = head; at + frame <= bytes.size(); at += frame) found += number(at + 4) != 0 ? 1 : 0;
  return found;
}

}  // namespace penstock_test
