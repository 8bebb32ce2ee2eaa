#pragma once

#include <string>

namespace penstock {

/// 128 random bits as 32 hexadecimal digits.
std::string random_token();

/// Tells this process from all others, of any machine and container: a random_token, the same as long as the
/// process lives, another one after a fork. Any thread.
std::string process_token();

/// Names a store of this process as the owner of leases: machine and process for people, the process's token,
/// a number. Those of one process differ only behind the last colon. No two are the same: names of machines
/// and numbers of processes are those of containers.
std::string new_owner_name();

}  // namespace penstock
