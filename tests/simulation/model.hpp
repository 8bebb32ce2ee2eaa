#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "shape.hpp"

namespace penstock_simulation {

/// Stands for the item in the fault of a gather that holds too much.
inline constexpr std::uint64_t overfull = 2;

/// An item that must exist, and what it came of.
struct model_item {
  std::uint64_t value;
  int job;    ///< number of the delivery that it came of, -1: of none
  int scope;  ///< scattered job that it is a piece of, -1: of none
};

/// Items at one place of the graph. Each order is a run of indices whose items come in this order.
struct model_stream {
  std::vector<model_item> items;
  std::vector<std::vector<std::uint32_t>> orders;

  /// Merges `other` into this: each keeps its orders.
  void append(const model_stream& other);
  /// From now on only items of one key, of so many, keep their order.
  void split_orders(std::uint64_t keys);
};

struct model_job {
  int source;
  std::uint64_t value;
  bool flagged = false;  ///< ends with a nack although everything else went well
};

/// What a run of a shape must come to, if nothing ends it early.
struct expectation {
  std::map<int, model_stream> sinks;
  std::vector<model_job> jobs;                    ///< of acknowledging sources
  std::set<std::pair<int, std::uint64_t>> fatal;  ///< faults that end the run: node and item
  std::uint64_t letters = 0;
};

/// `made`: items that each source made, by node; sources that are missing made all they have.
expectation expect(const shape& s, const std::map<int, std::uint32_t>& made);

}  // namespace penstock_simulation
