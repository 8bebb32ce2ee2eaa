#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace penstock {

/// Base of objects that count their owners. The count is atomic: handles may be copied and dropped on any
/// thread.
class ref_counted {
 public:
  ref_counted() = default;
  ref_counted(const ref_counted&) = delete;
  ref_counted& operator=(const ref_counted&) = delete;

  void add_ref() const noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }

  void release() const noexcept {
    // A sole owner needs no locked instruction: nobody else can add a reference to what they do not hold.
    if (refs_.load(std::memory_order_acquire) == 1 || refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      const_cast<ref_counted*>(this)->last_owner_left();
    }
  }

  /// True while exactly one handle exists; stable only for the holder of that handle.
  bool unique() const noexcept { return refs_.load(std::memory_order_acquire) == 1; }

 protected:
  virtual ~ref_counted() = default;

  /// Called once, on the thread that dropped the last handle.
  virtual void last_owner_left() noexcept { delete this; }

 private:
  mutable std::atomic<std::uint32_t> refs_{0};
};

/// An owning handle on a `ref_counted`.
template <class T>
class ref {
 public:
  ref() = default;
  ref(std::nullptr_t) {}  // NOLINT: as with any pointer
  explicit ref(T* object) : object_{object} {
    if (object_ != nullptr) object_->add_ref();
  }
  ref(const ref& other) : ref{other.object_} {}
  ref(ref&& other) noexcept : object_{std::exchange(other.object_, nullptr)} {}
  template <class U>
  requires std::is_convertible_v<U*, T*> ref(ref<U> other)
      : object_{other.detach()} {}  // NOLINT: as with any pointer
  ~ref() {
    if (object_ != nullptr) object_->release();
  }
  ref& operator=(ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }

  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  friend bool operator==(const ref& a, const ref& b) { return a.object_ == b.object_; }

  /// Gives up the handle without dropping its count.
  T* detach() { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

template <class T, class... Args>
ref<T> make_ref(Args&&... args) {
  return ref<T>{new T(std::forward<Args>(args)...)};
}

}  // namespace penstock
