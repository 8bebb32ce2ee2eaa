#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace penstock {

/// A sequence that a coroutine makes with `co_yield`, one value at a time and only when asked. Nothing runs
/// before the first `next()` or `begin()`; what the coroutine throws comes out of those, or of `++`.
/// Destroying the generator destroys the coroutine where it stands. Move-only; T may be move-only. One thread
/// at a time, not always the same.
template <class T>
class [[nodiscard]] generator {
  static_assert(std::is_object_v<T> && !std::is_const_v<T>,
                "penstock: a generator makes values, not references");

 public:
  using value_type = T;

  class promise_type {
   public:
    generator get_return_object() { return generator{handle::from_promise(*this)}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }

    /// A temporary lives in the coroutine until it goes on, so a pointer is enough.
    std::suspend_always yield_value(T&& value) noexcept {
      current_ = std::addressof(value);
      return {};
    }

   private:
    /// Keeps a copy or conversion in the coroutine while it is suspended.
    class holder {
     public:
      template <class U>
      holder(promise_type& promise, const U& from) : promise_{promise}, value_(static_cast<T>(from)) {}
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) noexcept { promise_.current_ = std::addressof(value_); }
      void await_resume() const noexcept {}

     private:
      promise_type& promise_;
      T value_;
    };

   public:
    /// A named object is copied, or converted to T: whoever reads may move the value out, and the object is
    /// not theirs.
    template <class U>
    requires(std::is_convertible_v<const U&, T>) holder yield_value(const U& from) {
      return holder{*this, from};
    }

    void return_void() const noexcept {}
    void unhandled_exception() noexcept { thrown_ = std::current_exception(); }
    /// Waiting for something else inside a generator would block whoever reads it.
    template <class U>
    void await_transform(U&&) = delete;

   private:
    friend generator;
    T* current_ = nullptr;
    std::exception_ptr thrown_;
  };

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = T*;
    using reference = T&;

    iterator() = default;
    explicit iterator(generator* of) : of_{of} {}

    T& operator*() const { return of_->value(); }
    T* operator->() const { return std::addressof(of_->value()); }
    iterator& operator++() {
      of_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return of_ == nullptr || of_->done(); }

   private:
    generator* of_ = nullptr;
  };

  /// An empty sequence.
  generator() = default;
  generator(generator&& other) noexcept : body_{std::exchange(other.body_, {})} {}
  generator& operator=(generator&& other) noexcept {
    generator old{std::move(other)};
    std::swap(body_, old.body_);
    return *this;
  }
  ~generator() {
    if (body_) body_.destroy();
  }

  /// Goes on to the next value. False at the end, and ever after. Throws what the coroutine throws, which
  /// ends it.
  bool next() {
    if (done()) return false;
    promise_type& promise = body_.promise();
    promise.current_ = nullptr;
    body_.resume();
    if (promise.thrown_ != nullptr) std::rethrow_exception(std::exchange(promise.thrown_, nullptr));
    return !body_.done();
  }

  /// The value that the last `next()` made; it may be moved out. Precondition: that `next()` returned true.
  T& value() const { return *body_.promise().current_; }

  /// The values from here on. Call it once: values can't be had a second time.
  iterator begin() {
    next();
    return iterator{this};
  }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  using handle = std::coroutine_handle<promise_type>;

  explicit generator(handle body) : body_{body} {}
  bool done() const { return !body_ || body_.done(); }

  handle body_;
};

}  // namespace penstock
