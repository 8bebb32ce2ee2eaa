#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <penstock/actors/source_body.hpp>
#include <penstock/messages/batch_writer.hpp>
#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/runtime/limits.hpp>
#include <penstock/runtime/typed_body.hpp>

namespace penstock::detail {

template <class F>
concept source_with_context = std::invocable<F&, source_context&>;
template <class F>
concept source_callable = std::invocable<F&> || source_with_context<F>;

template <class F>
decltype(auto) call_source(F& f, source_context& context) {
  if constexpr (source_with_context<F>) {
    return std::invoke(f, context);
  } else {
    return std::invoke(f);
  }
}

template <class F>
using source_result_t = decltype(call_source(std::declval<F&>(), std::declval<source_context&>()));

/// What a source makes: of a callable its result's item, of a range its elements.
template <class F>
struct source_item {
  using type = typename output_of<F>::type;
};
template <source_callable F>
struct source_item<F> {
  using type = typename output_of<std::remove_cvref_t<source_result_t<F>>>::type;
};

template <class F, class T>
concept acknowledging_source = requires(F& f, const T& item) {
  f.ack(item);
};

/// Keeps acknowledged sources' jobs until their verdict.
template <class F, class T>
class verdicts {
 public:
  void keep(std::uint64_t job, const T& item) { open_.emplace(job, item); }

  /// A job that could not be taken on; `item` is what it was, unless it is kept already.
  void refuse(F& f, std::uint64_t job, const T& item, const std::string& reason) {
    const auto kept = open_.extract(job);
    if constexpr (requires { f.nack(item, reason); }) f.nack(kept.empty() ? item : kept.mapped(), reason);
  }

  void settle(F& f, std::uint64_t job, bool flagged, const std::string& reason) {
    const auto kept = open_.extract(job);
    if (kept.empty()) return;
    const T& item = kept.mapped();
    if (!flagged) {
      f.ack(item);
    } else if constexpr (requires { f.nack(item, reason); }) {
      f.nack(item, reason);
    }
  }

  void settle_all(F& f, const std::string& reason) {
    std::exception_ptr failed;
    while (!open_.empty()) {
      try {
        settle(f, open_.begin()->first, true, reason);
      } catch (...) {
        failed = std::current_exception();
      }
    }
    if (failed) std::rethrow_exception(failed);
  }

 private:
  std::map<std::uint64_t, T> open_;
};

/// Calls a function for each item until it returns nothing.
template <class F>
class calling_source final : public source_body {
  using item = typename source_item<F>::type;
  static constexpr bool acknowledges = acknowledging_source<F, item>;

 public:
  explicit calling_source(F f) : f_{std::move(f)} {}

  void start(source_context& context) override { call_on_start(f_, context); }
  void stop(source_context& context) override { call_on_stop(f_, context); }

  void fill(fill_work& work, source_context& context) override {
    batch_writer<item> writer{work.most};
    try {
      while (writer.size() < work.most) {
        std::optional<item> next = call_source(f_, context);
        if (!next) {
          work.ended = true;
          break;
        }
        write(writer, work, *next);
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

 private:
  void write(batch_writer<item>& writer, const fill_work& work, item& next) {
    const auto job = work.first_job + writer.size();
    const auto take_on = [&] {
      if (work.max_item > 0) check_weight("the source", next, work.max_item);
      if constexpr (acknowledges) verdicts_.keep(job, next);
      writer.emplace(std::move(next));
    };
    if constexpr (!acknowledges) {
      take_on();
    } else {
      try {
        take_on();
      } catch (const std::exception& e) {
        // Nothing of it is under way, so no token will tell.
        verdicts_.refuse(f_, job, next, e.what());
        throw;
      } catch (...) {
        verdicts_.refuse(f_, job, next, "an exception that is no std::exception");
        throw;
      }
    }
  }

  F f_;
  std::conditional_t<acknowledges, verdicts<F, item>, std::monostate> verdicts_;
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

template <class F>
constexpr bool calls_for_each_item = [] {
  if constexpr (source_callable<F>) {
    return is_optional<std::remove_cvref_t<source_result_t<F>>>::value;
  } else {
    return false;
  }
}();

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
