#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include <penstock/actors/message.hpp>

namespace penstock {

/// The inbox of a stage: pieces in the order of their numbers, one line for all workers or, in a keyed stage,
/// one line per worker. The stage's thread only.
class work_list {
 public:
  explicit work_list(std::size_t lines = 1) : lines_(lines) {}

  std::size_t lines() const { return lines_.size(); }
  bool empty() const { return items_ == 0; }
  bool empty(std::size_t line) const { return lines_[line].empty(); }
  std::int64_t items() const { return items_; }
  std::int64_t bytes() const { return bytes_; }
  std::int64_t items(std::size_t line) const;
  /// Items at the head of the line that were tried before come alone, whatever `take` is asked for.
  const piece& front(std::size_t line) const { return lines_[line].front(); }

  void push(piece work);
  /// Puts back what was taken but not done, to where its number belongs.
  void put_back(piece work);
  /// Takes up to `most` items from the head of a line, never from two pieces.
  piece take(std::size_t line, std::uint32_t most);
  /// Empties all lines.
  std::vector<piece> take_all();
  /// Throws everything away; `last_look` may flag tokens first.
  void clear(const std::function<void(piece&)>& last_look);

 private:
  std::vector<std::deque<piece>> lines_;
  std::int64_t items_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace penstock
