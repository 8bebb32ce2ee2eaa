#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <penstock/connectors/delivery_rules.hpp>
#include <penstock/messages/error.hpp>

namespace penstock {

/// What the options of a queue add up to.
struct queue_settings {
  delivery_rules rules;
  bool until_empty = false;
};

namespace detail {

struct lease_option {
  std::chrono::nanoseconds value;
  void apply(queue_settings& to) const {
    if (value < std::chrono::milliseconds{10}) {
      throw option_error{"lease(" + std::to_string(value.count()) +
                         "ns) of a job queue: expected 10ms or more"};
    }
    to.rules.lease = value;
  }
};

struct max_deliveries_option {
  std::int64_t value;
  void apply(queue_settings& to) const {
    if (value < 1 || value > 1000) {
      throw option_error{"max_deliveries = " + std::to_string(value) + ": expected 1 to 1000"};
    }
    to.rules.max_deliveries = static_cast<unsigned>(value);
  }
};

struct until_empty_option {
  void apply(queue_settings& to) const { to.until_empty = true; }
};

template <class Option>
concept queue_option = requires(const Option& option, queue_settings& to) {
  option.apply(to);
};

template <class... Options>
queue_settings queue_settings_of(const Options&... options) {
  static_assert(
      (queue_option<Options> && ...),
      "penstock: a job queue takes lease, max_deliveries and until_empty; other options belong to source()");
  queue_settings made;
  if constexpr ((queue_option<Options> && ...)) (options.apply(made), ...);
  return made;
}

}  // namespace detail

/// How long a delivered job stays away from others without a sign of life. It is extended in time for all
/// that is under way, so it need not be as long as a job; the end of a lease means that the process is gone.
/// Default 60s.
template <class Rep, class Period>
detail::lease_option lease(std::chrono::duration<Rep, Period> time) {
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(time)};
}

/// How many processes a job may take with it before it is dead. Refusals of a drain or an abort don't count.
/// Default 5.
template <std::integral N>
detail::max_deliveries_option max_deliveries(N count) {
  return {static_cast<std::int64_t>(count)};
}

/// The stream ends once nothing is queued and nothing is out any more, at other processes neither.
inline constexpr detail::until_empty_option until_empty{};

}  // namespace penstock
