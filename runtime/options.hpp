#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <penstock/messages/remote_error.hpp>
#include <penstock/runtime/node_options.hpp>

namespace penstock {

/// Where an option may stand; a sum of these.
enum place : unsigned {
  on_source = 1,
  on_stage = 2,
  on_sink = 4,
  on_scatter = 8,
  on_gather = 16,
  on_operator = 32,
  on_chunk = 64
};

inline constexpr unsigned on_pool = on_stage | on_sink | on_scatter | on_gather;
/// The pools whose results go on.
inline constexpr unsigned on_producer = on_stage | on_scatter | on_gather;

namespace detail {

/// Numbers of any integral type; what does not fit is kept as a value that the check refuses.
template <class N>
constexpr std::int64_t as_number(N value) {
  static_assert(std::is_integral_v<N>, "penstock: option values are whole numbers");
  if constexpr (!std::is_integral_v<N>) {
    return 0;
  } else if constexpr (std::is_unsigned_v<N> && sizeof(N) >= sizeof(std::int64_t)) {
    constexpr auto most = static_cast<N>(std::numeric_limits<std::int64_t>::max());
    return value > most ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(value);
  } else {
    return static_cast<std::int64_t>(value);
  }
}

template <std::optional<std::int64_t> node_options::*Field, unsigned Places>
struct number_option {
  static constexpr unsigned places = Places;
  static constexpr auto field = Field;
  std::int64_t value;
  void apply(node_options& to) const { to.*Field = value; }
};

template <pool_kind Kind, unsigned Places>
struct pool_option {
  static constexpr unsigned places = Places;
  static constexpr auto field = &node_options::pool;
  void apply(node_options& to) const { to.pool = Kind; }
};

template <bool Ordered>
struct order_option {
  static constexpr unsigned places = on_producer;
  static constexpr auto field = &node_options::ordered;
  void apply(node_options& to) const { to.ordered = Ordered; }
};

}  // namespace detail

/// How many items are worked on at a time; one body instance each. Default 1; per_core: one per core.
constexpr auto workers(auto n) {
  return detail::number_option<&node_options::workers, on_pool>{detail::as_number(n)};
}
/// How many items a stage may hold, those in work included. Default 4096.
constexpr auto capacity(auto items) {
  return detail::number_option<&node_options::capacity, on_pool | on_chunk>{detail::as_number(items)};
}
/// How many bytes a stage may hold. Default 16 MiB.
constexpr auto bytes(auto n) {
  return detail::number_option<&node_options::bytes, on_pool | on_chunk>{detail::as_number(n)};
}
/// The most outputs that one item may have; needed where they are kept until the item is done. Default 256.
constexpr auto max_output(auto items) {
  return detail::number_option<&node_options::max_output, on_producer | on_source | on_chunk>{
      detail::as_number(items)};
}
/// The most bytes that a result may weigh; a heavier one fails its item. Makes the memory bound of the graph
/// known.
constexpr auto max_item(auto n) {
  return detail::number_option<&node_options::max_item, on_producer | on_source | on_chunk>{
      detail::as_number(n)};
}
/// How many jobs an acknowledging source may have under way. Default: twice the widest pool.
constexpr auto in_flight(auto jobs) {
  return detail::number_option<&node_options::in_flight, on_source>{detail::as_number(jobs)};
}
/// For a source that can't ask its origin again: it keeps a copy of every item until all that came of it is
/// settled, and gives it out again, at most so many times, when something of it was lost. Then the run fails
/// with replay_error. What was done for an item before is done again. Default: a lost item stays lost.
constexpr auto replay(auto times) {
  return detail::number_option<&node_options::replay, on_source>{detail::as_number(times)};
}
constexpr auto replay() { return replay(3); }
/// How many jobs a scatter may have open. Default: the source's in_flight, else 64.
constexpr auto max_open(auto jobs) {
  return detail::number_option<&node_options::max_open, on_scatter>{detail::as_number(jobs)};
}
/// How many pieces of one job a gather, or items a chunk, may hold. Default 65536.
constexpr auto max_held(auto items) {
  return detail::number_option<&node_options::max_held, on_gather | on_chunk>{detail::as_number(items)};
}

/// Bodies run on the scheduler's threads and return within about a millisecond. The default.
inline constexpr detail::pool_option<pool_kind::cooperative, on_pool | on_source> cooperative{};
/// Every worker has a thread of its own and may wait.
inline constexpr detail::pool_option<pool_kind::blocking, on_pool | on_source> blocking{};
/// One worker per core with a thread of its own, for long computations.
inline constexpr detail::pool_option<pool_kind::per_core, on_pool> per_core{};
/// Every worker is a process of its own: this program started anew, with penstock::runtime rt{argc, argv} (or
/// penstock::enter) first in main, which builds the same graph. What a body does to its process costs that
/// process alone; an item that was at work tries again, and is given up at the third death. Items travel by
/// archive: include <penstock/messages/codec.hpp>. Fused operators behind the stage run in the program
/// itself.
inline constexpr detail::pool_option<pool_kind::isolated, on_pool> isolated{};
/// Outputs leave in the order of the inputs. The default with one worker.
inline constexpr detail::order_option<true> ordered{};
/// Outputs leave as they are ready. The default with several workers.
inline constexpr detail::order_option<false> unordered{};

/// One rule for items whose body threw; see on_error.
template <error_action Action, bool Conditional = false>
class error_option {
 public:
  static constexpr error_action action = Action;
  /// Nothing is left to a rule after it; attempts come to an end.
  static constexpr bool tries_again = Action == error_action::retry || Action == error_action::restart;
  static constexpr bool applies_always = !tries_again && !Conditional;

  explicit error_option(error_rule rule, given_retry given = {}) : rule_{std::move(rule)}, given_{given} {
    rule_.action = Action;
  }

  /// The rule applies to exceptions of type E only, and of types derived from it.
  template <class E>
  error_option<Action, true> when() && {
    static_assert(!Conditional, "penstock: a rule has one when<E>(); give a rule for each type");
    rule_.matches = [](const std::exception_ptr& error) { return was_thrown<E>(error); };
    return error_option<Action, true>{std::move(rule_), given_};
  }

  const error_rule& rule() const { return rule_; }
  const given_retry& given() const { return given_; }

 private:
  error_rule rule_;
  given_retry given_;
};

namespace detail {

template <error_action Action>
error_option<Action> again(std::int64_t attempts, std::chrono::nanoseconds backoff) {
  error_rule rule;
  rule.retries = static_cast<std::uint32_t>(attempts);
  rule.backoff = backoff;
  return error_option<Action>{std::move(rule), given_retry{attempts, backoff}};
}

}  // namespace detail

/// Try the item again, `attempts_after_the_first` times; `backoff` doubles from one to the next.
inline auto retry(auto attempts_after_the_first, std::chrono::nanoseconds backoff = {}) {
  return detail::again<error_action::retry>(detail::as_number(attempts_after_the_first), backoff);
}
/// Drop the item; its job counts as done.
inline auto skip() { return error_option<error_action::skip>{error_rule{}}; }
/// Write the item down, then drop it. Needs <penstock/messages/codec.hpp> for the item's type.
inline auto dead_letter() { return error_option<error_action::dead_letter>{error_rule{}}; }
/// The run fails with the exception. The default.
inline auto fail() { return error_option<error_action::fail>{error_rule{}}; }

namespace detail {

template <class T>
inline constexpr bool is_rule = false;
template <error_action Action, bool Conditional>
inline constexpr bool is_rule<error_option<Action, Conditional>> = true;

/// False if a rule comes after one that leaves nothing to it.
template <class... Rules>
constexpr bool all_reachable() {
  const bool always[] = {Rules::applies_always...};
  for (std::size_t i = 0; i + 1 < sizeof...(Rules); ++i) {
    if (always[i]) return false;
  }
  return true;
}

}  // namespace detail

template <class... Rules>
struct on_error_option {
  static constexpr unsigned places = on_pool | on_operator;
  static constexpr auto field = &node_options::policy;
  static constexpr bool retries = (Rules::tries_again || ...);
  static constexpr bool writes_dead_letters = ((Rules::action == error_action::dead_letter) || ...);
  error_policy policy;
  std::vector<given_retry> given{};
  void apply(node_options& to) const {
    to.policy = policy;
    to.retries = given;
  }
};

/// What to do with items whose body throws: the first rule that applies, in the order given.
template <class... Rules>
auto on_error(const Rules&... rules) {
  constexpr bool are_rules = sizeof...(Rules) > 0 && (detail::is_rule<Rules> && ...);
  static_assert(
      are_rules,
      "penstock: on_error takes one rule or more: retry, restart_worker, skip, dead_letter or fail");
  if constexpr (are_rules) {
    static_assert(detail::all_reachable<Rules...>(),
                  "penstock: a rule after skip, dead_letter or fail without when<E>() never applies");
    on_error_option<Rules...> result{error_policy{std::vector<error_rule>{rules.rule()...}}};
    const auto note = [&](const auto& rule) {
      if (rule.tries_again) result.given.push_back(rule.given());
    };
    (note(rules), ...);
    return result;
  } else {
    return on_error_option<>{};
  }
}

namespace detail {

template <class Option>
concept any_option = requires(const Option& option, node_options& to) {
  { Option::places } -> std::convertible_to<unsigned>;
  option.apply(to);
};

/// True if that is what the option sets.
template <auto Field, class Option>
constexpr bool sets() {
  if constexpr (requires { Option::field; }) {
    if constexpr (std::is_same_v<std::remove_cv_t<decltype(Option::field)>, decltype(Field)>)
      return Option::field == Field;
  }
  return false;
}

template <class Option>
inline constexpr bool is_isolated = false;
template <unsigned Places>
inline constexpr bool is_isolated<pool_option<pool_kind::isolated, Places>> = true;

template <class Option>
constexpr bool isolates() {
  return is_isolated<std::remove_cvref_t<Option>>;
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

/// All of them together; that they may stand here is checked before.
template <class... Options>
node_options collect_options(const Options&... options) {
  node_options result;
  (options.apply(result), ...);
  return result;
}

}  // namespace detail

}  // namespace penstock
