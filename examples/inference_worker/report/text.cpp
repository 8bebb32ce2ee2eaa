#include <cstdio>

#include "report/sections.hpp"

namespace inference {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string fixed(double number, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

std::string readable_time(double nanoseconds) {
  if (nanoseconds < 1e3) return fixed(nanoseconds, 0) + " ns";
  if (nanoseconds < 1e6) return fixed(nanoseconds / 1e3, 1) + " µs";
  if (nanoseconds < 1e9) return fixed(nanoseconds / 1e6, 1) + " ms";
  return fixed(nanoseconds / 1e9, 2) + " s";
}

}  // namespace inference
