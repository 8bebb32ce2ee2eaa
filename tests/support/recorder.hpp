#pragma once

// Stands in for what surrounds a plain class: a mailbox that keeps what it is sent, a clock that stands
// still.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <penstock/actors/actor.hpp>

namespace penstock_test {

/// Keeps every message. One thread.
class recorder final : public penstock::mailbox {
 public:
  void post(penstock::message m) override { messages.push_back(std::move(m)); }

  template <class M>
  std::vector<M*> all() {
    std::vector<M*> found;
    for (auto& each : messages) {
      if (auto* m = std::get_if<M>(&each)) found.push_back(m);
    }
    return found;
  }

  std::vector<penstock::message> messages;
};

/// A world in which time passes only when told to, and nothing can be started.
class still_world : public penstock::environment {
 public:
  mutable int looks = 0;  ///< how often somebody looked at the clock
  std::int64_t time = 0;

  std::int64_t now() const override {
    ++looks;
    return time;
  }
  penstock::address spawn(std::unique_ptr<penstock::actor_logic>, penstock::lane,
                          const std::string&) override {
    return nullptr;
  }
  void post_after(std::int64_t, penstock::address, penstock::message) override {}
  void remind(std::int64_t, penstock::address, penstock::message) override {}
  void expect() override {}
  void stop_expecting() override {}
  std::vector<penstock::long_turn> look_for_long_turns(std::int64_t) override { return {}; }
  std::vector<penstock::long_turn> long_turns() const override { return {}; }
  std::uint64_t random() override { return 0; }
  void when_quiet(std::function<void()>) override {}
  bool quiet() const override { return true; }
  std::size_t lost_threads(std::int64_t) override { return 0; }
  void give_up() override {}
};

}  // namespace penstock_test
