#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <penstock/actors/body.hpp>
#include <penstock/messages/batch_writer.hpp>
#include <penstock/messages/copyable_item.hpp>
#include <penstock/runtime/body_traits.hpp>
#include <penstock/runtime/limits.hpp>

namespace penstock::detail {

// Fused operators: each is a small function object that hands what it makes to the next one. A chain of them
// is one type, so the compiler turns it into one loop.

template <class F>
struct map_operator {
  F f;
  template <class In>
  using output = std::remove_cvref_t<std::invoke_result_t<F&, In>>;
  static constexpr bool one_to_one = true;
  static constexpr bool expands = false;
  template <class In, class Next>
  void push(In&& item, Next&& next) {
    next(std::invoke(f, std::forward<In>(item)));
  }
};

template <class F>
struct filter_operator {
  F f;
  template <class In>
  using output = std::remove_cvref_t<In>;
  static constexpr bool one_to_one = false;
  static constexpr bool expands = false;
  template <class In, class Next>
  void push(In&& item, Next&& next) {
    if (std::invoke(f, std::as_const(item))) next(std::forward<In>(item));
  }
};

template <class F>
struct tap_operator {
  F f;
  template <class In>
  using output = std::remove_cvref_t<In>;
  static constexpr bool one_to_one = true;
  static constexpr bool expands = false;
  template <class In, class Next>
  void push(In&& item, Next&& next) {
    std::invoke(f, std::as_const(item));
    next(std::forward<In>(item));
  }
};

template <class F>
struct flat_map_operator {
  F f;
  template <class In>
  using output = typename output_of<std::remove_cvref_t<std::invoke_result_t<F&, In>>>::type;
  static constexpr bool one_to_one = false;
  static constexpr bool expands = true;
  template <class In, class Next>
  void push(In&& item, Next&& next) {
    auto many = std::invoke(f, std::forward<In>(item));
    using result = decltype(many);
    if constexpr (is_optional<result>::value) {
      if (many) next(std::move(*many));
    } else if constexpr (is_generator<result>::value) {
      while (many.next()) next(std::move(many.value()));
    } else {
      for (auto&& each : many) next(std::move(each));
    }
  }
};

struct identity_function {
  template <class T>
  T operator()(T item) const {
    return item;
  }
};

/// What comes out of a chain that items of type In go into.
template <class In, class... Ops>
struct chain_output {
  using type = In;
};
template <class In, class First, class... Rest>
struct chain_output<In, First, Rest...> {
  using type = typename chain_output<typename First::template output<In>, Rest...>::type;
};

/// The erased form of a chain: one loop over a batch with all operators in it.
template <class In, class... Ops>
class typed_chain final : public chain {
  using out_type = typename chain_output<In, Ops...>::type;
  static constexpr bool expands = (Ops::expands || ...);
  static constexpr bool one_to_one = (Ops::one_to_one && ...);
  static constexpr bool in_place = !expands && std::is_same_v<In, out_type> && std::is_move_assignable_v<In>;

 public:
  explicit typed_chain(std::tuple<Ops...> ops) : ops_{std::move(ops)} {}

  void apply(chain_work& work, operator_errors& errors) override {
    if constexpr (in_place) {
      if (!work.in.shared()) return apply_in_place(work, errors);
    }
    batch_writer<out_type> writer{work.in.size()};
    const bool shared = work.in.shared();
    loop(work, errors, [&](In& item, std::size_t& at) {
      const auto before = writer.here();
      const auto emit = [&](auto&& made) {
        writer.emplace(std::forward<decltype(made)>(made));
        check_limits(work, writer.size() - before.size, writer.last());
      };
      try {
        if constexpr (copyable_item<In>) {
          if (shared) {
            push<0>(In(std::as_const(item)), emit, at);
          } else {
            push<0>(std::move(item), emit, at);
          }
        } else {
          push<0>(std::move(item), emit, at);
        }
      } catch (...) {
        writer.rollback(before);  // an item that fails leaves nothing
        throw;
      }
      return writer.size() - before.size;
    });
    work.out = writer.finish();
    work.in.clear();
  }

 private:
  static void check_limits(const chain_work& work, std::uint32_t outputs, const out_type& made) {
    if (work.max_output > 0 && outputs > work.max_output) too_many_outputs("the operators", work.max_output);
    if (work.max_item > 0) check_weight("the operators", made, work.max_item);
  }

  template <std::size_t I, class Item, class Emit>
  void push(Item&& item, const Emit& emit, std::size_t& at) {
    if constexpr (I == sizeof...(Ops)) {
      emit(std::forward<Item>(item));
    } else {
      at = I;
      std::get<I>(ops_).push(std::forward<Item>(item),
                             [&](auto&& made) { push<I + 1>(std::forward<decltype(made)>(made), emit, at); });
    }
  }

  void apply_in_place(chain_work& work, operator_errors& errors) {
    In* items = work.in.template items<In>();
    std::uint32_t kept = 0;
    std::size_t weight = 0;
    loop(work, errors, [&](In& item, std::size_t& at) {
      const auto before = kept;
      // What an operator hands on may be the very item that it was given, and already be in its place.
      push<0>(
          std::move(item),
          [&](auto&& made) {
            In* to = items + kept;
            if (work.max_item > 0) check_weight("the operators", made, work.max_item);
            if constexpr (!fixed_weight<In>) weight += weight_of(made);
            if (static_cast<const void*>(std::addressof(made)) != to)
              *to = std::forward<decltype(made)>(made);
            ++kept;
          },
          at);
      return kept - before;
    });
    work.in.truncate(kept);
    if constexpr (!fixed_weight<In>) work.in.set_weight(weight);
    work.out = std::move(work.in);
  }

  /// Passes item by item through `step`, which says how many outputs it made.
  template <class Step>
  void loop(chain_work& work, operator_errors& errors, Step&& step) {
    In* items = work.in.template items<In>();
    const auto count = work.in.size();
    if (work.count_outputs) work.counts.reserve(count);  // counting an item that is done must not fail
    std::uint32_t done = 0;
    while (done < count) {
      std::size_t at = 0;
      try {
        for (; done < count; ++done) {
          const auto made = step(items[done], at);
          if (work.count_outputs) work.counts.push_back(made);
        }
      } catch (...) {
        if (!errors.skip(at, done, std::current_exception())) return;
        if (work.count_outputs) work.counts.push_back(0);
        ++done;
      }
    }
  }

  std::tuple<Ops...> ops_;
};

}  // namespace penstock::detail
