#pragma once

#include <string>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/redis_reply.hpp>

namespace penstock {

/// What an error of Redis' means for a queue: whether it passes by itself, and what to do. Pure.
job_queue_error redis_error(const std::string& queue, const redis_reply& reply);

}  // namespace penstock
