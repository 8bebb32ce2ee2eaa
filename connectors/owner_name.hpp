#pragma once

#include <string>

namespace penstock {

/// 128 random bits as 32 hexadecimal digits.
std::string random_token();

/// Tells this process from all others, of any machine and container: a random_token, the same as long as the
/// process lives, another one after a fork. Any thread.
std::string process_token();

/// Names a store of this process as the owner of leases: machine and process, for people, and a random_token,
/// as containers share names of machines and numbers of processes. No two are the same.
std::string new_owner_name();

}  // namespace penstock
