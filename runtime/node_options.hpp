#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <penstock/actors/error_policy.hpp>
#include <penstock/actors/stage_plan.hpp>

namespace penstock {

/// A retry rule as given.
struct given_retry {
  std::int64_t attempts = 0;  ///< after the first
  std::chrono::nanoseconds backoff{0};
};

/// What the program said about one node of a graph. Numbers are as given, to be checked when a run starts.
struct node_options {
  std::optional<std::int64_t> workers;
  std::optional<pool_kind> pool;
  std::optional<std::int64_t> capacity;
  std::optional<std::int64_t> bytes;
  std::optional<bool> ordered;
  std::optional<std::int64_t> max_output;
  std::optional<std::int64_t> max_item;
  std::optional<std::int64_t> in_flight;
  std::optional<std::int64_t> replay;
  std::optional<std::int64_t> max_open;
  std::optional<std::int64_t> max_held;
  std::optional<std::int64_t> max_held_bytes;
  std::optional<std::int64_t> size;   ///< of a chunk
  std::optional<std::int64_t> delay;  ///< ns, of a chunk
  std::optional<bool> loses_held_items;
  std::optional<std::int64_t> timeout;                  ///< ns
  bool timeout_by_item = false;                         ///< `timeout_of` has the say
  std::function<std::int64_t(const void*)> timeout_of;  ///< ns for an item of the stage's input
  std::optional<std::int64_t> restarts;
  std::optional<std::int64_t> memory_limit;  ///< bytes
  std::chrono::nanoseconds restart_window = std::chrono::minutes{1};
  std::chrono::nanoseconds restart_backoff = std::chrono::milliseconds{100};
  std::optional<std::int64_t> shutdown;  ///< ns
  error_policy policy;
  std::vector<given_retry> retries{};
};

}  // namespace penstock
