#pragma once

#include <string>

namespace penstock {

/// 128 bits at random that no other process has, in hexadecimal digits. Another one after a fork. Any thread.
std::string process_token();

/// Names a store of this process as the owner of leases: machine and process for people, the process's token,
/// a number. Those of one process differ only behind the last colon. No two are the same: names of machines
/// and numbers of processes are those of containers.
std::string new_owner_name();

}  // namespace penstock
