#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <penstock/actors/body.hpp>
#include <penstock/messages/batch_writer.hpp>
#include <penstock/messages/copyable_item.hpp>
#include <penstock/runtime/body_hooks.hpp>
#include <penstock/runtime/body_traits.hpp>
#include <penstock/runtime/limits.hpp>

namespace penstock::detail {

/// The erased form of a user's body for items of type In: loops over batches, so that the call through the
/// base costs next to nothing per item.
template <class In, class F>
class typed_body final : public body {
  using result_type = std::remove_cvref_t<body_result_t<F, In>>;
  using out_type = stage_output_t<F, In>;
  static constexpr output_form form = form_of<result_type>();
  static constexpr bool in_place =
      form == output_form::one && std::is_same_v<In, out_type> && std::is_move_assignable_v<In>;

 public:
  explicit typed_body(F f) : f_{std::move(f)} {}

  void start(worker_context& context) override { call_on_start(f_, context); }
  batch finish(worker_context& context) override { return call_on_end<out_type>(f_, context); }
  void stop(worker_context& context) override {
    open_.reset();
    call_on_stop(f_, context);
  }

  void run(body_work& work, worker_context& context) override {
    const bool may_take = !work.keep_items && !work.in.shared();
    if constexpr (in_place) {
      if (may_take) return run_in_place(work, context);
    }
    if constexpr (form == output_form::none) {
      run_sink(work, context, may_take);
    } else if constexpr (form == output_form::lazy) {
      run_lazy(work, context, may_take);
    } else {
      run_into_writer(work, context, may_take);
    }
  }

 private:
  result_type call(In& item, worker_context& context, bool may_take) {
    if constexpr (can_keep<F, In>) {
      if (!may_take) return call_keeping(f_, context, static_cast<const In&>(item));
    }
    return call_taking(f_, context, item);
  }

  /// Only a body with a context can ask to stop.
  static bool stops(const worker_context& context) {
    if constexpr (takes_context<F, In>) {
      return context.wants_stop();
    } else {
      return false;
    }
  }

  void run_in_place(body_work& work, worker_context& context) {
    In* items = work.in.template items<In>();
    const auto count = std::min(work.in.size(), work.room);
    std::uint32_t done = 0;
    std::size_t weight = 0;
    try {
      while (done < count) {
        result_type made = call_taking(f_, context, items[done]);
        if (work.max_item > 0) check_weight("the body", made, work.max_item);
        if constexpr (!fixed_weight<In>) weight += weight_of(made);
        items[done] = std::move(made);
        ++done;
        if (stops(context)) break;
      }
    } catch (...) {
      work.error = std::current_exception();
    }
    if constexpr (!fixed_weight<In>) {
      const auto left = work.in.measure(done, work.in.size() - done);
      work.out = work.in.split_front(done);
      work.out.set_weight(weight);
      work.in.set_weight(left);
    } else {
      work.out = work.in.split_front(done);
    }
    work.one_each = true;
  }

  void run_sink(body_work& work, worker_context& context, bool may_take) {
    In* items = work.in.template items<In>();
    const auto count = work.in.size();
    std::uint32_t done = 0;
    try {
      while (done < count) {
        call(items[done], context, may_take);
        ++done;
        if (stops(context)) break;
      }
    } catch (...) {
      work.error = std::current_exception();
    }
    work.in.split_front(done);
  }

  void run_into_writer(body_work& work, worker_context& context, bool may_take) {
    In* items = work.in.template items<In>();
    const auto count = work.in.size();
    batch_writer<out_type> writer{std::min(count, work.room)};
    std::uint32_t done = 0;
    auto before = writer.here();
    try {
      // Counting an item that is done must not fail.
      if (work.count_outputs) work.counts.reserve(count);
      while (done < count && writer.size() < work.room) {
        before = writer.here();
        write_result(writer, call(items[done], context, may_take));
        check_limits(work, writer, before.size);
        ++done;
        if (work.count_outputs) work.counts.push_back(writer.size() - before.size);
        if (stops(context)) break;
      }
    } catch (...) {
      work.error = std::current_exception();
      writer.rollback(before);
    }
    work.in.split_front(done);
    work.out = writer.finish();
  }

  template <class Writer>
  static void check_limits(const body_work& work, const Writer& writer, std::uint32_t before) {
    if (work.max_output > 0 && writer.size() - before > work.max_output)
      too_many_outputs("the body", work.max_output);
    if (work.max_item == 0) return;
    for (auto i = before; i < writer.size(); ++i) check_weight("the body", writer.at(i), work.max_item);
  }

  /// A generator is resumed only while there is room. While items are kept for another try, an item's outputs
  /// are held back until it is done.
  void run_lazy(body_work& work, worker_context& context, bool may_take) {
    batch_writer<out_type> writer{std::min<std::uint32_t>(work.room, 64)};
    std::uint32_t done = 0;
    std::uint32_t before = 0;
    In* items = work.in.template items<In>();
    const auto count = work.in.size();
    try {
      if (work.count_outputs) work.counts.reserve(count);
      while (done < count && (writer.size() < work.room || open_)) {
        if (!open_) {
          open(items[done], context, may_take);
          given_ = 0;
        }
        before = writer.size();
        work.suspended = work.keep_items ? !pull_all(writer, work) : !pull(writer, work.room, work);
        if (work.count_outputs) work.counts.push_back(writer.size() - before);
        if (work.suspended) break;
        open_.reset();
        held_.reset();
        ++done;
        if (stops(context)) break;
      }
    } catch (...) {
      work.error = std::current_exception();
      // What the item gave before stays, now or from an earlier call.
      const bool begun = open_ && given_ > 0 && !work.keep_items;
      open_.reset();
      held_.reset();
      if (work.count_outputs && begun) work.counts.push_back(writer.size() - before);
    }
    work.in.split_front(done);
    work.out = writer.finish();
  }

  void open(In& item, worker_context& context, bool may_take) {
    // The coroutine may refer to its argument for as long as it lives, so the item moves to where it stays.
    if (may_take) {
      held_ = std::make_unique<In>(std::move(item));
    } else if constexpr (copyable_item<In>) {
      held_ = std::make_unique<In>(static_cast<const In&>(item));
    } else if constexpr (can_keep<F, In>) {
      // Its batch stays with the worker until the item is done.
      open_.emplace(call_keeping(f_, context, static_cast<const In&>(item)));
      return;
    } else {
      held_ = std::make_unique<In>(std::move(item));
    }
    open_.emplace(call_taking(f_, context, *held_));
  }

  /// True once the generator has ended.
  bool pull(batch_writer<out_type>& writer, std::uint32_t room, const body_work& work) {
    if constexpr (form == output_form::lazy) {
      while (writer.size() < room) {
        if (!open_->next()) return true;
        if (work.max_output > 0 && given_ == work.max_output) too_many_outputs("the body", work.max_output);
        if (work.max_item > 0) check_weight("the body", open_->value(), work.max_item);
        writer.emplace(std::move(open_->value()));
        ++given_;
      }
    }
    return false;
  }

  bool pull_all(batch_writer<out_type>& writer, const body_work& work) {
    batch_writer<out_type> whole;
    const auto most = work.max_output > 0 ? work.max_output : usual_max_output;
    if (!pull(whole, most + 1, work)) too_many_outputs("the body", most);
    batch made = whole.finish();
    if (made.empty()) return true;
    auto* first = made.template items<out_type>();
    const auto before = writer.here();
    try {
      for (std::uint32_t i = 0; i < made.size(); ++i) writer.emplace(std::move(first[i]));
    } catch (...) {
      writer.rollback(before);
      throw;
    }
    return true;
  }

  /// A stage that may try again keeps an item's outputs until the item is done, so there must be an end to
  /// them.
  static constexpr std::uint32_t usual_max_output = 256;

  F f_;
  std::unique_ptr<In> held_;
  std::uint32_t given_ = 0;  ///< outputs of the open generator
  std::optional<std::conditional_t<form == output_form::lazy, result_type, int>> open_;
};

/// Makes bodies of type F for a worker: a copy of `body`, or what its factory returns.
template <class In, class Body>
std::function<std::unique_ptr<body>()> body_maker(Body given) {
  using instance = instance_t<Body>;
  if constexpr (makes_instances<Body>) {
    // Workers start side by side, and a factory may change itself.
    return [given = std::make_shared<Body>(std::move(given)),
            one_at_a_time = std::make_shared<std::mutex>()]() -> std::unique_ptr<body> {
      const std::lock_guard lock{*one_at_a_time};
      return std::make_unique<typed_body<In, instance>>(given->make());
    };
  } else {
    return [given = std::make_shared<Body>(std::move(given))]() -> std::unique_ptr<body> {
      return std::make_unique<typed_body<In, instance>>(instance(*given));
    };
  }
}

}  // namespace penstock::detail
