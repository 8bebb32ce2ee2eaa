#pragma once

// Runs the program penstock as a shell does.

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include <penstock_test/catch.hpp>

namespace penstock_test {

/// What the program wrote, to both outputs, and its exit code.
struct outcome {
  std::string text;
  int code = -1;
};

inline outcome run(const std::string& arguments) {
  const std::string command = "'" PENSTOCK_PROGRAM "' " + arguments + " 2>&1";
  outcome result;
  std::FILE* const output = ::popen(command.c_str(), "r");
  REQUIRE(output != nullptr);
  std::array<char, 4096> buffer{};
  for (std::size_t size = 0; (size = std::fread(buffer.data(), 1, buffer.size(), output)) > 0;)
    result.text.append(buffer.data(), size);
  const int status = ::pclose(output);
  if (WIFEXITED(status)) result.code = WEXITSTATUS(status);
  return result;
}

inline bool mentions(const outcome& result, const std::string& part) {
  return result.text.find(part) != std::string::npos;
}

}  // namespace penstock_test
