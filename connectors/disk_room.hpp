#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace penstock {

/// How a file and its log stand on their disk, in bytes where nothing else is said. Plain data.
struct disk_figures {
  std::uint64_t free = 0;        ///< for this user
  std::uint64_t page = 4096;     ///< size of one
  std::uint64_t pages = 0;       ///< of the file, with those that are still in the log alone
  std::uint64_t idle_pages = 0;  ///< of them: hold nothing
  std::uint64_t file = 0;        ///< that the file has of the disk
  std::uint64_t log = 0;         ///< that the log has of the disk
};

/// What new jobs will need. Plain data.
struct jobs_to_come {
  std::uint64_t bytes = 0;    ///< all of them
  std::uint64_t largest = 0;  ///< one of them, or of those that are there
  std::uint64_t large = 0;    ///< how many may leave a part of a page unused

  void add(std::uint64_t size) {
    constexpr std::uint64_t row = 256;  // its other columns, and its entries in indexes
    bytes += size + row;
    largest = std::max(largest, size);
    large += size > 900 ? 1 : 0;
  }
};

/// Whether new jobs leave the room that working on what is there will take: pages that are in the log find
/// theirs in the file; the largest job can be leased, which writes it anew; a verdict can be written. Each in
/// a transaction of its own, and the log begun anew before each. Plain arithmetic.
class disk_room {
 public:
  explicit disk_room(const disk_figures& now) : now_{now} {}

  /// `log_is_new`: it has just been written into the file, and what it has of the disk is used again.
  bool has_room_for(const jobs_to_come& jobs, bool log_is_new) const {
    const auto pages = jobs.bytes / now_.page + jobs.large + pages_of_a_write;
    const auto grown = now_.page * (now_.pages + pages - std::min(pages, now_.idle_pages));
    const auto in_file = beyond(grown, now_.file);
    const auto in_log = beyond(frames(pages), log_is_new ? now_.log : 0);
    return now_.free >= in_file + in_log + room_to_work(jobs.largest);
  }

  /// Pages of the log may soon find no place in the file, as the log itself takes it.
  bool is_tight() const { return now_.free < due_in_file() + (std::uint64_t{4} << 20); }

  /// Bytes that a write may add, which go into the log and then into the file.
  std::uint64_t for_a_write() const { return beyond(now_.free, due_in_file()) / 2; }

 private:
  std::uint64_t due_in_file() const { return beyond(now_.page * now_.pages, now_.file); }

  /// Inner pages, indexes, and the splits of both.
  static constexpr std::uint64_t pages_of_a_write = 24;
  /// Rows that grow by an owner's name or a reason; the log's shared index.
  static constexpr std::uint64_t margin = 128 * 1024;

  static std::uint64_t beyond(std::uint64_t wanted, std::uint64_t there) {
    return wanted > there ? wanted - there : 0;
  }
  std::uint64_t frames(std::uint64_t pages) const { return pages * (now_.page + 24); }
  std::uint64_t room_to_work(std::uint64_t largest) const {
    // In the file, and in the log, which may not be new when somebody else writes too.
    return largest + 2 * frames(largest / now_.page + pages_of_a_write) + margin;
  }

  disk_figures now_;
};

}  // namespace penstock
