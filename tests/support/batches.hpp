#pragma once

// Items that notice how they are treated, and batches of items for the tests of the plain classes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/batch_writer.hpp>
#include <penstock/messages/token.hpp>

namespace penstock_test {

/// An item that counts the living of its kind and notes when one is destroyed twice or used after its end.
/// Weighs more or less depending on its value. A copy of one that `breaks` throws.
class counted {
 public:
  static inline int alive = 0;
  static inline int faults = 0;

  explicit counted(int value) : value_{value} { born(); }
  counted(counted&& other) noexcept : value_{other.value()} {
    other.value_ = moved_out;
    born();
  }
  counted(const counted& other) : value_{other.value()}, breaks_{other.breaks_} {
    if (breaks_) throw std::runtime_error{"this one can't be copied"};
    born();
  }
  counted& operator=(counted&& other) noexcept {
    value_ = other.value();
    if (this != &other) other.value_ = moved_out;
    return *this;
  }
  counted& operator=(const counted& other) = default;
  ~counted() {
    if (mark_ != living) ++faults;
    mark_ = 0;
    --alive;
  }

  int value() const {
    if (mark_ != living) ++faults;
    return value_;
  }
  void break_copies() { breaks_ = true; }

  friend std::size_t weight(const counted& item) {
    return item.value_ == moved_out ? 8 : 8 + static_cast<std::size_t>(item.value() % 50);
  }

 private:
  static constexpr std::uint32_t living = 0x5eed'cafe;
  static constexpr int moved_out = -1;

  void born() {
    mark_ = living;
    ++alive;
  }

  std::uint32_t mark_ = 0;
  int value_;
  bool breaks_ = false;
};

/// Begins a count; `clean` is true once all that came since is gone and nothing was destroyed twice.
class census {
 public:
  census() { counted::faults = 0; }
  bool clean() const { return counted::alive == alive_before_ && counted::faults == 0; }

 private:
  int alive_before_ = counted::alive;
};

/// What became of a token.
struct verdict {
  int settled = 0;
  bool flagged = false;
  std::string reason;
};

class watched_token final : public penstock::token {
 public:
  explicit watched_token(std::shared_ptr<verdict> told) : told_{std::move(told)} {}

 private:
  void last_owner_left() noexcept override {
    ++told_->settled;
    told_->flagged = flagged();
    told_->reason = reason();
    delete this;
  }

  std::shared_ptr<verdict> told_;
};

inline penstock::ref<penstock::token> make_token(
    std::shared_ptr<verdict> told = std::make_shared<verdict>()) {
  return penstock::ref<penstock::token>{new watched_token{std::move(told)}};
}

/// A batch of T made of the values.
template <class T, class Value = T>
penstock::batch batch_of(const std::vector<Value>& values) {
  penstock::batch_writer<T> writer;
  for (const Value& each : values) writer.emplace(each);
  return writer.finish();
}

/// first, first + 1, ... so many of them.
inline std::vector<int> sequence(int first, int count) {
  std::vector<int> values(static_cast<std::size_t>(count));
  for (int& each : values) each = first++;
  return values;
}

inline penstock::batch ints(int first, int count) { return batch_of<int>(sequence(first, count)); }

template <class T>
std::vector<T> values_of(const penstock::batch& items) {
  if (items.empty()) return {};
  if (items.type() != &penstock::item_type_of<T>()) throw std::logic_error{"items of another type"};
  const T* first = reinterpret_cast<const T*>(items.item(0));
  return {first, first + items.size()};
}

inline std::vector<int> counted_values(const penstock::batch& items) {
  std::vector<int> values;
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    values.push_back(reinterpret_cast<const counted*>(items.item(i))->value());
  }
  return values;
}

}  // namespace penstock_test
