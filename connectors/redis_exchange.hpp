#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/job_store.hpp>
#include <penstock/connectors/redis_reply.hpp>

namespace penstock {

/// The schemas of a queue that are known here, by their hashes.
using redis_schemas = std::map<std::string, item_schema_ref, std::less<>>;

/// One call of the script `exchange`: its words, and what its answer means. Plain data; what it is made of
/// outlives it.
class redis_exchange {
 public:
  /// All are verdicts of a program that reads items of the schema `reader`; refused jobs come again after
  /// `delay`.
  redis_exchange(std::span<const job_verdict> verdicts, std::chrono::nanoseconds delay,
                 std::string_view reader);

  /// Behind `first` the takes are counted on.
  void want(const take_order& order, std::uint32_t most, std::uint64_t first);

  const std::vector<std::string_view>& words(const redis_schemas& known);

  struct answer {
    exchange_result result;
    std::int64_t left = 0;  ///< jobs in the queue that are not dead
  };
  /// Moves from `reply`, and adds to `known`. Nothing: it makes no sense.
  std::optional<answer> read(redis_reply& reply, redis_schemas& known) const;

 private:
  std::string_view kept(std::string text) { return texts_.emplace_back(std::move(text)); }
  std::string_view kept(std::uint64_t number) { return kept(std::to_string(number)); }
  void add_verdicts();
  bool read_jobs(std::vector<redis_reply>& from, const redis_schemas& known,
                 std::vector<taken_job>& to) const;

  std::span<const job_verdict> verdicts_;
  std::vector<const job_verdict*> told_;  ///< in the order in which the script sees them
  std::size_t acks_ = 0;
  std::string delay_;
  std::string_view reader_;
  const take_order* order_ = nullptr;
  std::uint32_t most_ = 0;
  std::uint64_t first_ = 0;
  std::deque<std::string> texts_;
  std::vector<std::string_view> words_;
};

}  // namespace penstock
