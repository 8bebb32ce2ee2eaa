#pragma once

#include <memory>
#include <string>

#include <penstock/connectors/job_ledger.hpp>

namespace penstock {

/// The queue that somebody names on the command line: a SQLite file, or redis://HOST[:PORT][/DB]#NAME or
/// unix:///SOCKET#NAME. Where it is missing it is made, if `create`; on a server always. Throws
/// job_queue_error.
std::unique_ptr<job_ledger> open_ledger(const std::string& queue, bool create);

}  // namespace penstock
