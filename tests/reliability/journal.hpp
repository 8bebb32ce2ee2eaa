#pragma once

#include <unistd.h>

#include <cstdint>
#include <map>
#include <sstream>
#include <string>

namespace reliability {

/// One line on the standard output: what happened to a job. In one call, so that lines of several threads, or
/// of a process that is about to die, stay whole.
inline void note(char what, std::uint64_t job) {
  const std::string line = what + (' ' + std::to_string(job)) + '\n';
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, line.data(), line.size());
}

/// What the lines of a program say about its jobs.
struct job_story {
  bool taken = false;
  bool hung = false;  ///< its source, instead of giving it
  bool done = false;
  int acks = 0;
  int nacks = 0;
  bool early = false;  ///< acked before its effect
};

inline std::map<std::uint64_t, job_story> read_journal(const std::string& text) {
  std::map<std::uint64_t, job_story> jobs;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.size() < 3 || line[1] != ' ' || line.find_first_not_of("0123456789", 2) != std::string::npos)
      continue;
    job_story& job = jobs[std::stoull(line.substr(2))];
    switch (line[0]) {
      case 't':
        job.taken = true;
        break;
      case 'h':
        job.hung = true;
        break;
      case 'd':
        job.done = true;
        break;
      case 'a':
        ++job.acks;
        job.early = job.early || !job.done;
        break;
      case 'n':
        ++job.nacks;
        break;
      default:
        break;
    }
  }
  return jobs;
}

}  // namespace reliability
