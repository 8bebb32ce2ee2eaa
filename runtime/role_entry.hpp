#pragma once

#include <string>
#include <vector>

#include <penstock/runtime/role_channel.hpp>

namespace penstock {

/// How this program was started, so that it can be started once more in the same way. Open descriptors are
/// closed in every child.
struct program_image {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  int directory = -1;   ///< the working directory at that time
  int executable = -1;  ///< the program's file itself, even if another one has taken its name since
};

/// Part of another process: what it was told to do, and the way to talk to it.
struct role {
  role_task task;
  role_channel channel;
};

/// Notes how the program was started. In a process that another one started as a part of itself this takes up
/// its role: its name in lists of processes is STAGE/WORKER, standard output goes to standard error, the
/// process ends with the one that started it. The first call counts; main's first line should make it.
void enter_program(int argc, const char* const* argv);

/// Null before `enter_program`. Any thread.
const program_image* entered_program();

/// The role that this process was started for, null if it is a program of its own. Any thread.
role* own_role();

}  // namespace penstock
