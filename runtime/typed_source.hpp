#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <penstock/actors/source_body.hpp>
#include <penstock/messages/batch_writer.hpp>
#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/runtime/limits.hpp>
#include <penstock/runtime/source_traits.hpp>
#include <penstock/runtime/typed_body.hpp>
#include <penstock/runtime/verdicts.hpp>

namespace penstock::detail {

/// Calls a function for each item until it returns nothing.
template <class F>
class calling_source final : public source_body {
  using item = typename source_item<F>::type;
  using given = typename source_item<F>::given;
  using receipt = typename source_item<F>::receipt;
  static constexpr bool acknowledges = acknowledging_source<F>;

 public:
  explicit calling_source(F f) : f_{std::move(f)} {}

  void start(source_context& context) override { call_on_start(f_, context); }
  void stop(source_context& context) override { call_on_stop(f_, context); }

  void fill(fill_work& work, source_context& context) override {
    batch_writer<item> writer{work.most};
    try {
      while (writer.size() < work.most) {
        std::optional<given> next = call_source(f_, context);
        if (!next) {
          work.ended = !context.pauses();
          break;
        }
        context.take_pause();  // it said so and has something after all
        write(writer, work, *next);
        context.gave_one();
        if (work.timer.over(writer.size())) break;
      }
    } catch (...) {
      work.error = std::current_exception();
    }
    work.out = writer.finish();
  }

  void settle(std::uint64_t job, bool flagged, const std::string& reason) override {
    if constexpr (acknowledges) verdicts_.settle(f_, job, flagged, reason);
  }
  void refuse_open(const std::string& reason) override {
    if constexpr (acknowledges) verdicts_.settle_all(f_, reason);
  }
  std::uint32_t at_hand() const override {
    if constexpr (has_at_hand<F>) {
      const std::size_t number = f_.at_hand();
      return static_cast<std::uint32_t>(std::min<std::size_t>(number, most_at_hand));
    } else {
      return 0;
    }
  }
  when_to_flush flush_verdicts(source_context& context) override {
    if constexpr (flushes_with_context<F>) {
      return f_.flush_verdicts(context);
    } else if constexpr (detail::flushes_verdicts<F>) {
      return f_.flush_verdicts();
    } else {
      return std::nullopt;
    }
  }
  untold_verdicts untold() const override {
    if constexpr (counts_untold<F>) {
      return f_.untold();
    } else {
      return {};
    }
  }
  std::chrono::nanoseconds lease() const override {
    if constexpr (extending_source<F>) {
      return f_.lease();
    } else {
      return {};
    }
  }
  void extend_open() override {
    if constexpr (extending_source<F>) verdicts_.extend_open(f_);
  }

 private:
  static constexpr bool apart = parts_of<given>::apart;
  static constexpr std::size_t most_at_hand = 1024;

  static item& item_of(given& next) {
    if constexpr (apart) {
      return next.item;
    } else {
      return next;
    }
  }

  void keep(std::uint64_t job, given& next) {
    if constexpr (apart) {
      verdicts_.keep(job, std::move(next.receipt));
    } else {
      verdicts_.keep(job, std::as_const(next));
    }
  }

  void refuse(std::uint64_t job, const given& next, const std::string& reason) {
    if constexpr (apart) {
      verdicts_.refuse(f_, job, next.receipt, reason);
    } else {
      verdicts_.refuse(f_, job, next, reason);
    }
  }

  void write(batch_writer<item>& writer, const fill_work& work, given& next) {
    const auto job = work.first_job + writer.size();
    const auto take_on = [&] {
      if (work.max_item > 0) check_weight("the source", item_of(next), work.max_item);
      if constexpr (acknowledges) keep(job, next);
      writer.emplace(std::move(item_of(next)));
    };
    if constexpr (!acknowledges) {
      take_on();
    } else {
      try {
        take_on();
      } catch (const std::exception& e) {
        // Nothing of it is under way, so no token will tell.
        refuse(job, next, e.what());
        throw;
      } catch (...) {
        refuse(job, next, "an exception that is no std::exception");
        throw;
      }
    }
  }

  F f_;
  std::conditional_t<acknowledges, verdicts<F, receipt>, std::monostate> verdicts_;
};

/// Goes through a generator that a function makes, or through the elements of a range.
template <class F>
class range_source final : public source_body {
  using item = typename source_item<F>::type;

 public:
  explicit range_source(F f) : f_{std::move(f)} {}

  void start(source_context& context) override {
    if constexpr (source_callable<F>) call_on_start(f_, context);
  }
  void stop(source_context& context) override {
    elements_.reset();
    if constexpr (source_callable<F>) call_on_stop(f_, context);
  }

  void fill(fill_work& work, source_context& context) override {
    batch_writer<item> writer{work.most};
    try {
      if (!elements_) elements_.emplace(elements(context));
      while (writer.size() < work.most) {
        if (!elements_->next()) {
          work.ended = true;
          break;
        }
        writer.emplace(std::move(elements_->value()));
        if (work.max_item > 0) check_weight("the source", writer.last(), work.max_item);
        if (work.timer.over(writer.size())) break;
      }
    } catch (...) {
      work.error = std::current_exception();
    }
    work.out = writer.finish();
  }

  void settle(std::uint64_t, bool, const std::string&) override {}

 private:
  static generator<item> walk(F& range) {
    for (auto& each : range) co_yield std::move(each);
  }

  generator<item> elements(source_context& context) {
    if constexpr (!source_callable<F>) {
      return walk(f_);
    } else {
      auto made = call_source(f_, context);
      if constexpr (is_generator<decltype(made)>::value) {
        return made;
      } else {
        return own(std::move(made));
      }
    }
  }

  template <class Range>
  static generator<item> own(Range range) {
    for (auto& each : range) co_yield std::move(each);
  }

  F f_;
  std::optional<generator<item>> elements_;
};

/// Makes the erased form. A source that can be copied starts anew with every run of its graph; one that can't
/// runs once.
template <class F>
std::function<std::unique_ptr<source_body>()> source_maker(F given) {
  using erased = std::conditional_t<calls_for_each_item<F>, calling_source<F>, range_source<F>>;
  if constexpr (copyable_item<F>) {
    return [kept = std::make_shared<F>(std::move(given))]() -> std::unique_ptr<source_body> {
      return std::make_unique<erased>(F(*kept));
    };
  } else {
    struct only_one {
      std::mutex mutex;  ///< two runs may start side by side
      std::optional<F> given;
    };
    auto kept = std::make_shared<only_one>();
    kept->given.emplace(std::move(given));
    return [kept]() -> std::unique_ptr<source_body> {
      const std::lock_guard lock{kept->mutex};
      if (!kept->given)
        throw graph_error(here() + "a source that can't be copied runs once, and this graph has run before");
      auto made = std::make_unique<erased>(std::move(*kept->given));
      kept->given.reset();
      return made;
    };
  }
}

}  // namespace penstock::detail
