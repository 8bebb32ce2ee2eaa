#pragma once

// Bodies of all forms that tell of their hooks, and throw where a test wants it, for the promises on hooks.

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine_support.hpp"

namespace penstock_test {

enum class call { start, item, end, stop };

/// What became of each instance, in the order of its calls. Any thread.
class lives {
 public:
  int begin() {
    const std::lock_guard lock{mutex_};
    calls_.push_back({call::start});
    return static_cast<int>(calls_.size()) - 1;
  }
  void add(int instance, call what) {
    const std::lock_guard lock{mutex_};
    if (instance < 0) {
      ++strays_;
    } else {
      calls_[static_cast<std::size_t>(instance)].push_back(what);
    }
  }
  std::vector<std::vector<call>> all() const {
    const std::lock_guard lock{mutex_};
    return calls_;
  }
  /// Calls of instances that were never started.
  int strays() const { return strays_; }

 private:
  mutable std::mutex mutex_;
  std::vector<std::vector<call>> calls_;
  int strays_ = 0;
};

enum class way {
  end_of_stream,
  own_stop,     ///< context.stop() in the body
  cancelled,    ///< its consumers want no more
  body_fails,   ///< the run fails in the body
  other_fails,  ///< and elsewhere
  drained,
  deadline,  ///< of a drain
  aborted,
  out_of_scope,  ///< of the run's handle
  start_throws,
  end_throws,
  stop_throws,
  both_throw,  ///< `on_end` and `on_stop`
  replaced,    ///< a worker, by its policy
};
constexpr int ways = 14;

/// The stream of these ends by itself.
bool is_finite(way how) {
  return how == way::end_of_stream || how == way::end_throws || how == way::stop_throws ||
         how == way::both_throw || how == way::replaced;
}

struct scene {
  way how = way::end_of_stream;
  std::shared_ptr<lives> seen = std::make_shared<lives>();
  std::shared_ptr<headcount> items = std::make_shared<headcount>();
  std::shared_ptr<std::atomic<bool>> struck = std::make_shared<std::atomic<bool>>(false);

  /// True for the first who asks.
  bool strikes() const { return !struck->exchange(true); }
};

/// An instance of the body under test.
struct hooked {
  scene at;
  int instance = -1;

  void on_start() {
    instance = at.seen->begin();
    if (at.how == way::start_throws && at.strikes()) throw broken_item{"start"};
  }
  void on_stop() {
    at.seen->add(instance, call::stop);
    if (at.how == way::stop_throws || at.how == way::both_throw) throw broken_item{"stop"};
  }
  void ends() {
    at.seen->add(instance, call::end);
    if (at.how == way::end_throws || at.how == way::both_throw) throw broken_item{"end"};
  }
  int work(ps::worker_context& context, int n) {
    at.seen->add(instance, call::item);
    at.items->arrive();
    if (at.how == way::own_stop && n == 20) context.stop();
    if (at.how == way::body_fails && n == 20) throw broken_item{"body"};
    if (at.how == way::replaced && n % 10 == 5 && context.attempt() == 1) throw broken_item{"replace me"};
    return n;
  }
};

struct one_body : hooked {
  int operator()(ps::worker_context& context, const int& n) { return work(context, n); }
  void on_end() { ends(); }
};
struct maybe_body : hooked {
  std::optional<int> operator()(ps::worker_context& context, const int& n) { return work(context, n); }
  std::optional<int> on_end() {
    ends();
    return 1;
  }
};
struct many_body : hooked {
  std::vector<int> operator()(ps::worker_context& context, const int& n) {
    return std::vector<int>(2, work(context, n));
  }
  std::vector<int> on_end() {
    ends();
    return {1, 2};
  }
};
struct lazy_body : hooked {
  ps::generator<int> operator()(ps::worker_context& context, const int& n) { return twice(work(context, n)); }
  static ps::generator<int> twice(int n) {
    co_yield int{n};
    co_yield int{n};
  }
  void on_end() { ends(); }
};
struct sink_body : hooked {
  void operator()(ps::worker_context& context, const int& n) { work(context, n); }
  void on_end() { ends(); }
};
struct gather_body : hooked {
  int operator()(ps::worker_context& context, const std::vector<ps::outcome<int>>& all) {
    return work(context, all.empty() ? 0 : all.front().value_or(0));
  }
  void on_end() { ends(); }
};

}  // namespace penstock_test
