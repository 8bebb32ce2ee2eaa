#pragma once

#include <string>

namespace penstock {

/// Names a store of this process as the owner of leases: machine, process and a number at random. No two are
/// the same.
std::string new_owner_name();

}  // namespace penstock
