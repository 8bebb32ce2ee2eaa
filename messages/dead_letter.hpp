#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/messages/item_schema.hpp>

namespace penstock {

/// An item that a stage gave up, with all that is needed to look at it, or to try it again.
struct dead_letter_record {
  std::int64_t id = 0;  ///< its number in its store; 0: not written yet
  std::string graph;
  std::string run;        ///< tells executions of a graph apart; empty: the store puts in its own
  std::uint64_t job = 0;  ///< delivery of the source that the item came of
  std::string stage;
  std::string op;          ///< fused operator that threw; empty: the stage's own body
  std::uint64_t item = 0;  ///< number of the item in its stage's order of arrival; see letter_number
  int attempt = 0;         ///< attempts made
  std::string exception_type;
  std::string exception_text;
  std::vector<std::byte>
      archive;             ///< the item as `encode` writes it; empty where its type can't be written down
  std::string json;        ///< the item to read
  std::string item_type;   ///< name of the item's type
  item_schema_ref schema;  ///< how `archive` is written; null: nobody knew
  std::int64_t at_ns = 0;  ///< when, in ns since 1970 (UTC); 0: the store puts in the time of the write
  std::int64_t replayed_ns = 0;  ///< when it was worked on again with success, as above; 0: never
};

/// A dead letter could not be written. Where it is only room that is missing (a full disk, a file that
/// another program holds), the same letter may be written later.
class dead_letter_error : public error {
 public:
  explicit dead_letter_error(const std::string& reason, bool no_room = false)
      : error{reason}, no_room_{no_room} {}
  bool no_room() const { return no_room_; }

 private:
  bool no_room_;
};

/// Where dead letters go. Any thread.
class dead_letter_sink {
 public:
  dead_letter_sink() = default;
  dead_letter_sink(const dead_letter_sink&) = delete;
  dead_letter_sink& operator=(const dead_letter_sink&) = delete;
  virtual ~dead_letter_sink() = default;

  /// Returns when the letter is safe. Throws when it could not be written; the caller still has the item
  /// then. A dead_letter_error with `no_room` makes a stage wait and write it again.
  virtual void write(const dead_letter_record& letter) = 0;

  /// Writes letters from the first on, together where that is cheaper, and returns how many are safe: one at
  /// least. Throws as `write` does where the first could not be written; none is then.
  virtual std::size_t write_some(std::span<const dead_letter_record* const> letters) {
    write(*letters.front());
    std::size_t written = 1;
    try {
      for (; written < letters.size(); ++written) write(*letters[written]);
    } catch (...) {
      // The next call begins with this one, and tells.
    }
    return written;
  }
};

}  // namespace penstock
