#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace penstock {

/// Where a process that crashes writes down what it can, for the one that it works for. Lies in memory that
/// both share; all zero at first.
struct crash_note {
  struct module {
    std::uint64_t base;
    std::uint64_t end;
    std::array<char, 112> name;  ///< the end of its path
  };

  std::atomic<std::uint32_t> frames;  ///< that were written
  std::array<std::uint64_t, 32> addresses;
  std::atomic<std::uint32_t> has_fault;
  std::uint64_t fault;              ///< the address that could not be used, of SIGSEGV and SIGBUS
  std::atomic<std::uint32_t> said;  ///< bytes of `words`
  std::array<char, 1024> words;     ///< why it ended itself
  std::atomic<std::uint32_t> modules;
  std::array<module, 48> loaded;
};

/// From now on a crash of this process is written into `note`: the stack of the thread that got the signal,
/// and of an exception that nobody caught its type and text.
void note_crashes(crash_note& note);

/// Writes down why this process ends itself. Safe where there is no memory.
void note_reason(crash_note& note, const char* reason);

/// What a crashed process wrote, in words; empty if nothing. The note may hold anything.
std::string read_crash(const crash_note& note);

}  // namespace penstock
