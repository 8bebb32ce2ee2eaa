#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/credit_ledger.hpp>
#include <penstock/actors/edge_link.hpp>

namespace penstock {

/// One edge out of a stage, as the producer sees it.
struct output_edge {
  output_edge() = default;
  output_edge(output_edge&&) noexcept = default;

  address consumer;
  std::string name;        ///< the consuming stage's
  std::uint32_t port = 0;  ///< the consumer's number for this edge
  std::uint32_t quarter =
      1024;  ///< a quarter of the consumer's capacity: an open batch of that size is sent regardless
  ref<edge_link> link;
  std::int64_t heaviest = 0;  ///< bytes of the heaviest item that may be sent, 0: not known
  std::int64_t usual = 1;     ///< bytes that an item weighed of late
  credit left;
  std::deque<batch> backlog;
  std::int64_t backlog_items = 0;
  std::int64_t backlog_bytes = 0;
  bool cancelled = false;
};

/// The outputs of a stage: nothing leaves without credit. What has no credit yet, or may grow into a larger
/// batch while the consumer is behind, waits here. Every live edge gets every item. The stage's thread only.
class outbox {
 public:
  /// `heaviest`: bytes that an item may weigh at most, 0 if that is not known.
  std::uint32_t connect(address consumer, const std::string& name, std::uint32_t port, std::uint32_t capacity,
                        ref<edge_link> link, std::uint64_t heaviest = 0);
  /// So many items may be started whatever they will weigh.
  void set_workers(unsigned workers) { workers_ = workers; }
  std::size_t edges() const { return edges_.size(); }

  /// How many items a new start could emit: the credit that neither a running item nor a waiting output
  /// claims. A stage without outputs has room for anything. `own`: of what is reserved, the part that this
  /// start may use.
  std::int64_t room(std::int64_t own = 0) const;
  void reserve(std::int64_t items) { reserved_ += items; }
  void unreserve(std::int64_t items) { reserved_ -= items; }
  std::int64_t reserved() const { return reserved_; }

  void granted(std::uint32_t edge, credit amount);
  /// Drops what waits for the edge; its tokens are flagged if no other consumer lives. True if none is left.
  bool cancel(std::uint32_t edge);

  /// Takes items for all live edges.
  void put(batch items);
  /// Throws away what no consumer wants any more; it is lost unless others take what it is made of.
  void drop(batch items);

  /// Nothing more comes before a job has its verdict: consumers are told once, behind what waits here, unless
  /// items are put in first.
  void await_verdicts() {
    if (news_ == news::items) news_ = news::wait;
  }

  /// Sends what credit and the consumers' state allow. `complete`: open batches go too.
  void flush(bool complete);

  bool empty() const;
  /// True if a consumer has to grant credit before all can leave.
  bool waits_for_credit() const;
  bool consumer_is_behind() const;
  std::int64_t waiting_items() const;
  std::int64_t waiting_bytes() const;

  void discard(const loss& reason);
  /// Tells every consumer that nothing more comes.
  void end();
  /// There will be so many edges. Edges can't be moved to a larger array where there is no memory.
  void expect(std::size_t edges) { edges_.reserve(edges); }
  /// Wiring failed halfway: from now on there are no edges.
  void forget() {
    edges_.clear();
    live_ = 0;
  }

  /// Describes what the stage waits for: the consumers without credit.
  const std::vector<output_edge>& all() const { return edges_; }

 private:
  std::int64_t free(const output_edge& edge) const;
  void flush(output_edge& edge, bool complete);
  batch next(output_edge& edge);
  void tell_of_wait();

  /// What consumers hear next, or heard last.
  enum class news {
    items,
    wait,       ///< that nothing comes before a verdict; they are to be told
    told_wait,  ///< and were
  };

  std::vector<output_edge> edges_;
  std::size_t live_ = 0;
  unsigned workers_ = 1;
  std::int64_t reserved_ = 0;
  news news_ = news::items;
};

}  // namespace penstock
