#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <penstock/runtime/node_options.hpp>

namespace penstock {

/// Where an option may stand; a sum of these.
enum place : unsigned {
  on_source = 1,
  on_stage = 2,
  on_sink = 4,
  on_scatter = 8,
  on_gather = 16,
  on_operator = 32
};

inline constexpr unsigned on_pool = on_stage | on_sink | on_scatter | on_gather;

namespace detail {

/// Numbers of any integral type; what does not fit is kept as a value that the check refuses.
template <class N>
constexpr std::int64_t as_number(N value) {
  static_assert(std::is_integral_v<N>, "penstock: option values are whole numbers");
  if constexpr (std::is_unsigned_v<N> && sizeof(N) >= sizeof(std::int64_t)) {
    constexpr auto most = static_cast<N>(std::numeric_limits<std::int64_t>::max());
    return value > most ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(value);
  } else {
    return static_cast<std::int64_t>(value);
  }
}

template <std::optional<std::int64_t> node_options::*Field, unsigned Places>
struct number_option {
  static constexpr unsigned places = Places;
  std::int64_t value;
  void apply(node_options& to) const { to.*Field = value; }
};

template <pool_kind Kind, unsigned Places>
struct pool_option {
  static constexpr unsigned places = Places;
  void apply(node_options& to) const { to.pool = Kind; }
};

template <bool Ordered>
struct order_option {
  static constexpr unsigned places = on_pool;
  void apply(node_options& to) const { to.ordered = Ordered; }
};

}  // namespace detail

/// How many items are worked on at a time; one body instance each. Default 1; per_core: one per core.
constexpr auto workers(auto n) {
  return detail::number_option<&node_options::workers, on_pool>{detail::as_number(n)};
}
/// How many items a stage may hold, those in work included. Default 4096.
constexpr auto capacity(auto items) {
  return detail::number_option<&node_options::capacity, on_pool>{detail::as_number(items)};
}
/// How many bytes a stage may hold. Default 16 MiB.
constexpr auto bytes(auto n) {
  return detail::number_option<&node_options::bytes, on_pool>{detail::as_number(n)};
}
/// The most outputs that one item may have; needed where they are kept until the item is done. Default 256.
constexpr auto max_output(auto items) {
  return detail::number_option<&node_options::max_output, on_pool | on_source>{detail::as_number(items)};
}
/// The most bytes that a result may weigh; a heavier one fails its item. Makes the memory bound of the graph
/// known.
constexpr auto max_item(auto n) {
  return detail::number_option<&node_options::max_item, on_pool | on_source>{detail::as_number(n)};
}
/// How many jobs an acknowledging source may have under way. Default: twice the widest pool.
constexpr auto in_flight(auto jobs) {
  return detail::number_option<&node_options::in_flight, on_source>{detail::as_number(jobs)};
}
/// How many jobs a scatter may have open. Default: the source's in_flight, else 64.
constexpr auto max_open(auto jobs) {
  return detail::number_option<&node_options::max_open, on_scatter>{detail::as_number(jobs)};
}
/// How many pieces of one job a gather may hold. Default 65536.
constexpr auto max_held(auto pieces) {
  return detail::number_option<&node_options::max_held, on_gather>{detail::as_number(pieces)};
}

/// Bodies run on the scheduler's threads and return within about a millisecond. The default.
inline constexpr detail::pool_option<pool_kind::cooperative, on_pool | on_source> cooperative{};
/// Every worker has a thread of its own and may wait.
inline constexpr detail::pool_option<pool_kind::blocking, on_pool | on_source> blocking{};
/// One worker per core with a thread of its own, for long computations.
inline constexpr detail::pool_option<pool_kind::per_core, on_pool> per_core{};
/// Outputs leave in the order of the inputs. The default with one worker.
inline constexpr detail::order_option<true> ordered{};
/// Outputs leave as they are ready. The default with several workers.
inline constexpr detail::order_option<false> unordered{};

/// One rule for items whose body threw; see on_error.
class error_option {
 public:
  explicit error_option(error_rule rule) : rule_{std::move(rule)} {}

  /// The rule applies to exceptions of type E only, and of types derived from it.
  template <class E>
  error_option when() && {
    rule_.matches = [](const std::exception_ptr& error) {
      try {
        std::rethrow_exception(error);
      } catch (const E&) {
        return true;
      } catch (...) {
        return false;
      }
    };
    return std::move(*this);
  }

  const error_rule& rule() const { return rule_; }

 private:
  error_rule rule_;
};

struct retry_tag : error_option {
  using error_option::error_option;
  template <class E>
  retry_tag when() && {
    return retry_tag{static_cast<error_option&&>(*this).when<E>().rule()};
  }
};
struct dead_letter_tag : error_option {
  using error_option::error_option;
  template <class E>
  dead_letter_tag when() && {
    return dead_letter_tag{static_cast<error_option&&>(*this).when<E>().rule()};
  }
};

/// Try the item again, `attempts_after_the_first` times; `backoff` doubles from one to the next.
inline retry_tag retry(std::uint32_t attempts_after_the_first, std::chrono::nanoseconds backoff = {}) {
  error_rule rule;
  rule.action = error_action::retry;
  rule.retries = attempts_after_the_first;
  rule.backoff = backoff;
  return retry_tag{std::move(rule)};
}
/// Drop the item; its job counts as done.
inline error_option skip() {
  error_rule rule;
  rule.action = error_action::skip;
  return error_option{std::move(rule)};
}
/// Write the item down, then drop it. Needs <penstock/messages/codec.hpp> for the item's type.
inline dead_letter_tag dead_letter() {
  error_rule rule;
  rule.action = error_action::dead_letter;
  return dead_letter_tag{std::move(rule)};
}
/// The run fails with the exception. The default.
inline error_option fail() { return error_option{error_rule{}}; }

template <class... Rules>
struct on_error_option {
  static constexpr unsigned places = on_pool | on_operator;
  static constexpr bool retries = (std::is_same_v<Rules, retry_tag> || ...);
  static constexpr bool writes_dead_letters = (std::is_same_v<Rules, dead_letter_tag> || ...);
  error_policy policy;
  void apply(node_options& to) const { to.policy = policy; }
};

/// What to do with items whose body throws: the first rule that applies, in the order given.
template <class... Rules>
requires(std::is_base_of_v<error_option, Rules>&&...)
    on_error_option<Rules...> on_error(const Rules&... rules) {
  return {error_policy{std::vector<error_rule>{rules.rule()...}}};
}

namespace detail {

template <class Option>
concept any_option = requires(const Option& option, node_options& to) {
  { Option::places } -> std::convertible_to<unsigned>;
  option.apply(to);
};

template <unsigned Place, class Option>
constexpr bool fits() {
  if constexpr (any_option<Option>) {
    return (Option::places & Place) != 0;
  } else {
    return false;
  }
}

template <class Option>
constexpr bool retries() {
  if constexpr (requires { Option::retries; }) {
    return Option::retries;
  } else {
    return false;
  }
}

template <class Option>
constexpr bool writes_dead_letters() {
  if constexpr (requires { Option::writes_dead_letters; }) {
    return Option::writes_dead_letters;
  } else {
    return false;
  }
}

template <unsigned Place, class... Options>
node_options collect_options(const Options&... options) {
  static_assert((fits<Place, Options>() && ...),
                "penstock: this kind of stage can't take one of the given options");
  node_options result;
  if constexpr ((fits<Place, Options>() && ...)) (options.apply(result), ...);
  return result;
}

}  // namespace detail

}  // namespace penstock
