#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <penstock/connectors/delivery_rules.hpp>
#include <penstock/messages/item_schema.hpp>

namespace penstock {

/// An item as a queue keeps it. `archive` is empty where somebody put the JSON alone.
struct stored_item {
  std::vector<std::byte> archive;
  std::string json;
  std::string type;          ///< its name, for people; empty where nobody knew
  item_schema_ref schema{};  ///< of the archive
};

/// One delivery of a job, for the verdict on it. The same job has another one when it is delivered again.
struct job_receipt {
  std::string job;
  std::uint64_t delivery = 0;

  /// Deliveries of one job stand together, the last one behind the others.
  auto operator<=>(const job_receipt&) const = default;
};

struct taken_job {
  job_receipt receipt;
  stored_item item;
  unsigned deaths = 0;  ///< of processes that had it
};

/// The answer to a call for a job.
struct take_result {
  std::optional<taken_job> job;
  /// Without a job: when to ask again at the latest, as a lease or a delay ends then. Nothing: no time is
  /// known.
  std::optional<std::chrono::nanoseconds> again_in;
  /// Nothing is queued and nothing is out, at nobody's.
  bool empty = false;
};

/// What becomes of a delivery.
enum class job_fate {
  acked,       ///< it is done, and leaves the queue
  nacked,      ///< it goes back at once and is nobody's fault
  buried,      ///< it is dead: kept for people, delivered no more
  unreadable,  ///< it goes back, for programs that can read it: others than the reader of the last take
};

struct job_verdict {
  job_receipt delivery;
  job_fate is = job_fate::acked;
  std::string reason;
};

/// A wish for jobs.
struct take_order {
  delivery_rules rules;
  std::uint32_t most = 1;
  /// Hash of the schema of the items that the program takes; jobs of which it is known that a program of that
  /// schema can't read them are passed over. Empty: nothing is passed over.
  std::string reader;
  /// The job with which a group has so many bytes is its last, where the store keeps to that; 0: any number.
  std::uint64_t most_bytes = 0;
  /// Of a queue that is empty but for jobs that are passed over it wants to know how many those are.
  bool counts_unreadable = true;
};

struct exchange_result {
  std::vector<job_receipt> late;  ///< deliveries of verdicts that were not ours any more; nothing was changed
  std::vector<taken_job> jobs;
  /// Without a job: when to ask again at the latest, as a lease or a delay ends then. Nothing: no time is
  /// known.
  std::optional<std::chrono::nanoseconds> again_in;
  bool empty = false;  ///< nothing is queued and nothing is out, at nobody's, but what can't be read here
  /// Jobs that are out here must have their verdicts before there is another one: a suspect has no company.
  bool held_up = false;
  /// Jobs that were passed over; all of them where it is empty, else perhaps 1.
  std::uint64_t unreadable = 0;
};

/// A queue of jobs that several processes share, as one of them sees it. Any thread; throws job_queue_error.
class job_store {
 public:
  virtual ~job_store() = default;

  /// Tells the verdicts and takes jobs, the oldest first, in one go: all of it or, if it throws, nothing.
  /// `wanted` null: takes none. A suspect is taken alone and is the last of its group.
  virtual exchange_result exchange(std::span<const job_verdict> verdicts, const take_order* wanted);

  /// The oldest job that may be delivered here now.
  virtual take_result take(const delivery_rules& rules) = 0;

  /// A take has thrown and may have been done all the same, at an origin whose answer is lost: a job may be
  /// out here of which nobody knows. The next take, or `give_back_unsure`, puts an end to that.
  virtual bool is_unsure() const { return false; }
  /// Where it is unsure: the job goes back, as by nack. For those who take no more.
  virtual void give_back_unsure() {}

  // False from the following: the delivery is not ours any more, as its lease ended, and nothing was changed.

  /// The job is done, and leaves the queue.
  virtual bool ack(const job_receipt& delivery) = 0;
  /// The job goes back at once and is nobody's fault.
  virtual bool nack(const job_receipt& delivery, const std::string& reason) = 0;
  /// The job is dead: kept for people, delivered no more.
  virtual bool bury(const job_receipt& delivery, const std::string& reason) = 0;

  /// The leases of all these end `lease` from now, in one write. Returns those that are not ours any more,
  /// which keep what they have.
  virtual std::vector<job_receipt> extend(std::span<const job_receipt> deliveries,
                                          std::chrono::nanoseconds lease) = 0;

  /// `wake` is called, by a thread of the store's, when a take that gave nothing might give something. Call
  /// it once, before the first take.
  virtual void on_change(std::function<void()> wake) = 0;
};

}  // namespace penstock
