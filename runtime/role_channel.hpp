#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/ref.hpp>
#include <penstock/runtime/byte_ring.hpp>
#include <penstock/runtime/crash_note.hpp>

namespace penstock {

/// What a role process is told to do. `kind` names who serves it; the rest is for that one.
struct role_task {
  std::string kind;
  std::string graph;
  std::string stage;
  std::uint32_t worker = 0;
  std::uint32_t max_output = 0;    ///< most outputs of an item; 0: any number
  std::uint64_t max_item = 0;      ///< bytes of the heaviest output; 0: any weight
  std::uint64_t memory_limit = 0;  ///< bytes; 0: none
  std::uint32_t log_level = 0;
  std::uint32_t timed = 0;  ///< someone watches how long an item takes
};

/// A large block of memory that another process may map, by its number there.
struct shared_region {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  int descriptor = -1;
};

/// The memory that a process and its role process share, all zero at first.
struct channel_memory {
  static constexpr std::size_t ring_bytes = std::size_t{1} << 18;
  static constexpr std::size_t most_loans = std::size_t{1} << 14;

  ring_head requests;
  ring_head results;
  alignas(64) std::atomic<std::uint32_t> parent_sleeps;  ///< until there are results
  std::atomic<std::uint32_t> child_sleeps;
  std::atomic<bool> stopping;                      ///< the run is being aborted
  alignas(64) std::atomic<std::uint64_t> running;  ///< the child's item at work, from 1; 0: none
  std::atomic<std::int64_t> since;                 ///< ns; when it began
  std::atomic<std::uint64_t> progress;             ///< changes whenever something was done
  /// Blocks that one side has lent the other, by number: set when they may be used again.
  std::atomic<std::uint8_t> returned_by_child[most_loans];
  std::atomic<std::uint8_t> returned_by_parent[most_loans];
  /// An offer of one side's did not arrive.
  std::atomic<bool> offers_lost_by_child;
  std::atomic<bool> offers_lost_by_parent;
  crash_note crash;
  alignas(64) std::byte request_bytes[ring_bytes];
  std::byte result_bytes[ring_bytes];
};

/// The mapping of it, for all that still refer to it. Any thread.
class channel_mapping final : public ref_counted {
 public:
  /// Throws error.
  explicit channel_mapping(int descriptor);
  channel_memory& memory() { return *memory_; }

 private:
  ~channel_mapping() override;

  channel_memory* memory_;
};

/// Two streams of bytes between a process and its role process, through memory that both map, with a socket
/// to wake each other, to pass descriptors, and to notice the other's end. A handle that moves; one thread at
/// a time, but for `stop`.
class role_channel {
 public:
  /// The parent's end. Throws error.
  static role_channel make();
  /// The child's end: waits for the task. Throws error.
  static std::pair<role_task, role_channel> join(int socket);

  role_channel(role_channel&& other) noexcept;
  role_channel& operator=(role_channel&&) = delete;
  ~role_channel();

  // The parent.
  int child_socket() const { return child_socket_; }
  /// Gives the child its task, once it has been started.
  void begin(const role_task& task);
  /// Waits until there is something to read, or room to write if `for_room`, or one of the two descriptors
  /// can be read, or so many ms are over (-1: no limit).
  struct seen {
    bool first = false;
    bool second = false;
  };
  seen wait(bool for_room, int first, int second, int ms);

  /// Makes what was written visible, and wakes the child if it waits for it.
  void publish();
  /// The child can't be reached any more.
  bool lost() const { return socket_ < 0; }

  // The child.
  /// Waits for something to read, or for room to write. The process ends here when its parent is gone.
  void wait_in_child(bool for_room);
  /// The parent should look if it sleeps.
  void wake_parent();

  // Both.
  /// Lets the other side map a region of memory before it reads of it.
  void offer(const shared_region& region);
  /// True, once, if the other side could not take what was offered: all has to be offered again.
  bool must_offer_again() {
    auto& lost = offers_lost(is_parent_);
    return lost.load(std::memory_order_relaxed) && lost.exchange(false);
  }
  /// The next region that the other side offered; the descriptor is the caller's. Nothing: there is none.
  std::optional<shared_region> accept();
  channel_memory& memory() { return mapping_->memory(); }
  const ref<channel_mapping>& mapping() const { return mapping_; }
  crash_note& crash() { return memory().crash; }
  ring_writer& out() { return out_; }
  ring_reader& in() { return in_; }

 private:
  role_channel(int socket, int child_socket, int descriptor, bool is_parent);
  void send(std::span<const std::byte> bytes, std::span<const int> descriptors);
  void wake();
  bool take_in(int flags);
  /// Of what one side offered.
  std::atomic<bool>& offers_lost(bool by_parent) {
    return by_parent ? memory().offers_lost_by_child : memory().offers_lost_by_parent;
  }

  int socket_ = -1;
  int child_socket_ = -1;
  int descriptor_ = -1;
  bool is_parent_;
  ref<channel_mapping> mapping_;
  ring_writer out_;
  ring_reader in_;
  std::vector<shared_region> offered_;
};

}  // namespace penstock
