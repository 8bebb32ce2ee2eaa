#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include <penstock/messages/error.hpp>
#include <penstock/messages/failure.hpp>
#include <penstock/messages/weight.hpp>

namespace penstock {

/// What became of one piece of a job: its value or its failure. As movable and copyable as T.
template <class T>
class outcome {
 public:
  using value_type = T;

  /// A failure that says nothing, to be read into.
  outcome() : state_{std::in_place_index<1>} {}
  /// A success.
  template <class U = T>
  requires(!std::is_same_v<std::remove_cvref_t<U>, outcome> &&
           !std::is_same_v<std::remove_cvref_t<U>, penstock::failure> && std::is_constructible_v<T, U>)
      outcome(U&& value)  // NOLINT: a value is an outcome
      : state_{std::in_place_index<0>, std::forward<U>(value)} {}
  /// A failure.
  outcome(penstock::failure why)
      : state_{std::in_place_index<1>, std::move(why)} {}  // NOLINT: a failure is an outcome

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /// The value. Throws the original exception if this is a failure, penstock::error where that was not kept.
  T& value() & {
    check();
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    check();
    return *std::get_if<0>(&state_);
  }
  T&& value() && { return std::move(value()); }

  /// The value, unchecked. Precondition: has_value().
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  template <class U>
  T value_or(U&& otherwise) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(otherwise));
  }
  template <class U>
  T value_or(U&& otherwise) && {
    return has_value() ? std::move(**this) : static_cast<T>(std::forward<U>(otherwise));
  }

  /// For archives, and those who would rather visit.
  const std::variant<T, penstock::failure>& as_variant() const { return state_; }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& state_;
  }

  /// Why there is no value. Throws penstock::error if there is one.
  const penstock::failure& failure() const {
    if (has_value()) throw error{"penstock: an outcome that has a value was asked for its failure"};
    return *std::get_if<1>(&state_);
  }

 private:
  void check() const {
    if (has_value()) return;
    const auto& why = *std::get_if<1>(&state_);
    if (why.error != nullptr) std::rethrow_exception(why.error);
    throw error{"stage '" + why.stage + "' failed at attempt " + std::to_string(why.attempt) + ": " +
                why.type + ": " + why.text};
  }

  std::variant<T, penstock::failure> state_;
};

namespace detail {

template <class T>
struct weight_parts<outcome<T>> {
  static constexpr bool known = true;
  static constexpr bool fixed = false;
  static std::size_t owned(const outcome<T>& of) { return of ? owned_by(*of) : 0; }
};

}  // namespace detail

}  // namespace penstock
