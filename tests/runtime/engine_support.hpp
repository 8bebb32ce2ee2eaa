#pragma once

// What the tests of the public API share: places where bodies on many threads leave what they saw, and
// meeting points at which they wait for one another. Every wait has a limit, so that a broken engine fails a
// test instead of hanging it.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <penstock/penstock.hpp>

namespace penstock_test {

namespace ps = penstock;
using namespace std::chrono_literals;

/// How long a body waits for another one before it gives up. Never reached by a working engine.
inline constexpr auto patience = std::chrono::seconds{30};

/// Items in the order in which they came. Any thread.
template <class T>
class collected {
 public:
  void push(T item) {
    const std::lock_guard lock{mutex_};
    items_.push_back(std::move(item));
  }
  std::vector<T> values() const {
    const std::lock_guard lock{mutex_};
    return items_;
  }
  std::vector<T> sorted() const {
    auto copy = values();
    std::sort(copy.begin(), copy.end());
    return copy;
  }
  std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return items_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<T> items_;
};

/// Counts arrivals, and lets others wait for them. Any thread.
class headcount {
 public:
  void arrive() {
    const std::lock_guard lock{mutex_};
    ++count_;
    changed_.notify_all();
  }
  std::size_t count() const {
    const std::lock_guard lock{mutex_};
    return count_;
  }
  /// False if fewer than `wanted` came while patience lasted.
  bool await(std::size_t wanted) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [&] { return count_ >= wanted; });
  }
  /// Returns after `time`, or sooner once `wanted` came.
  bool await_for(std::size_t wanted, std::chrono::nanoseconds time) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, time, [&] { return count_ >= wanted; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
};

/// A body's subject is that it takes long: it is busy doing nothing for `time`.
inline void be_slow(std::chrono::nanoseconds time) { headcount{}.await_for(1, time); }

/// Thrown by a body that waited in vain.
struct waited_in_vain : std::logic_error {
  using std::logic_error::logic_error;
};

inline void require_arrivals(headcount& heads, std::size_t wanted) {
  if (!heads.await(wanted)) throw waited_in_vain{"expected " + std::to_string(wanted) + " arrivals"};
}

/// The numbers from 0 to n - 1.
inline std::vector<int> numbers(int n) {
  std::vector<int> all(static_cast<std::size_t>(n));
  int next = 0;
  for (auto& number : all) number = next++;
  return all;
}

/// A source body without end: 0, 1, 2, ...
inline auto endless() {
  return [next = 0]() mutable -> std::optional<int> { return next++; };
}

/// A sink that takes everything and tells of its `on_stop`. On a stream that does not end by itself that is
/// how a test learns, without looking again and again, that the run was told to stop.
struct stop_witness {
  headcount* stopped;
  void operator()(int) {}
  void on_stop() { stopped->arrive(); }
};

/// A source without end that tells when it was made to end, as by a drain.
struct endless_witness {
  headcount* stopped;
  std::optional<int> operator()() { return 1; }
  void on_stop() { stopped->arrive(); }
};

/// Starts `g`, waits for its end, rethrows its failure, returns its last snapshot.
inline ps::run_snapshot run_to_end(ps::graph& g, ps::runtime_options options = {}) {
  ps::runtime rt{std::move(options)};
  ps::run r = rt.start(g);
  r.wait();
  return r.snapshot();
}

/// The stage of that name; throws if there is none.
inline ps::stage_snapshot stage_of(const ps::run_snapshot& all, std::string_view name) {
  for (const auto& stage : all.stages)
    if (stage.name == name) return stage;
  throw std::out_of_range{"no stage " + std::string{name} + " in the snapshot"};
}

/// What the error of type E thrown by `f` says; empty if it throws nothing.
template <class E, class F>
std::string text_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return {};
}

inline bool mentions(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// An exception that only these tests throw.
struct broken_item : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace penstock_test
