#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/dead_letter.hpp>

#include "behaviour.hpp"
#include "item.hpp"
#include "shape.hpp"
#include "simulated_environment.hpp"

namespace penstock_simulation {

/// What the bodies of a run did, in the order in which it happened.
class journal {
 public:
  struct effect {
    int sink;
    std::uint64_t value;
    std::uint64_t at;  ///< effects and verdicts are numbered together
  };
  struct verdict {
    int source;
    std::uint64_t value;
    bool acked;
    std::uint64_t at;
  };

  void took_effect(const node& sink, std::uint64_t value) {
    effects.push_back({sink.number, value, next_++});
  }
  void judged(const node& source, std::uint64_t value, bool acked) {
    verdicts.push_back({source.number, value, acked, next_++});
  }
  /// A keyed stage: from the first to the last item of a key it is the same worker.
  void worked(const node& keyed, std::uint64_t key, unsigned worker) {
    const auto known = workers_.try_emplace({keyed.number, key}, worker).first->second;
    if (known == worker) return;
    complain("'" + keyed.name + "' had worker " + std::to_string(worker) + " at key " + std::to_string(key) +
             ", which belongs to worker " + std::to_string(known));
  }
  /// Bodies emit at an end which a source puts off until its last verdict.
  void ends_late() { waits_ = true; }
  /// An item is on its way to the chunk stage behind a node.
  void entered(const node& before, std::uint64_t value, std::int64_t now) {
    entered_.try_emplace({before.number, value}, now);
  }
  /// A chunk has left. One worker at a time sees them.
  void chunked(const node& before, const std::vector<item>& chunk, std::int64_t now) {
    const std::string what = "a chunk of '" + before.name + "' ";
    const auto size = before.chunks.size;
    if (chunk.empty() || chunk.size() > size) {
      complain(what + "has " + std::to_string(chunk.size()) + " items, not up to " + std::to_string(size));
      return;
    }
    if (before.chunks.keyed) {
      for (const item& each : chunk) {
        if (each.value % keys != chunk.front().value % keys) complain(what + "has items of several keys");
      }
      return;  // any number of them may leave for want of room, or at the end
    }
    // All but the last may be short only if the time of their first item is over. What `on_end` emits comes
    // after the last verdict that a source waits for.
    if (waits_) return;
    auto& early = early_[before.number];
    if (!early.empty()) complain(early);
    const auto waited = now - entered_.at({before.number, chunk.front().value});
    if (chunk.size() < size && (before.chunks.delay == 0 || waited < before.chunks.delay))
      early = what + "left short after " + std::to_string(waited) + " ns";
  }
  void complain(std::string what) { complaints.push_back(std::move(what)); }

  std::vector<effect> effects;
  std::vector<verdict> verdicts;
  std::vector<std::pair<int, std::uint64_t>> delivered;  ///< source and value; of acknowledging sources
  std::vector<std::string> complaints;                   ///< what bodies saw and must not see
  std::vector<penstock::dead_letter_record> letters;
  bool stopped = false;  ///< some body wanted no more
  bool owed = false;     ///< a source was stopped before its origin had heard all verdicts

 private:
  std::uint64_t next_ = 0;
  std::map<std::pair<int, std::uint64_t>, std::int64_t> entered_;
  bool waits_ = false;
  std::map<int, std::string> early_;  ///< by node: the last chunk left short before its time
  std::map<std::pair<int, std::uint64_t>, unsigned> workers_;
};

/// What all bodies of a run share.
struct stage_set {
  const shape* plan = nullptr;
  journal* log = nullptr;
  simulated_environment* env = nullptr;
};

}  // namespace penstock_simulation
