#pragma once

#include <type_traits>

namespace penstock::detail {

// Whether a class has a member of a name, whatever its type: a hook whose arguments don't fit is a mistake,
// and must not be taken for no hook at all. A class that inherits the name twice can't say which one it
// means.

struct own_on_start {
  void on_start();
};
struct own_on_end {
  void on_end();
};
struct own_on_stop {
  void on_stop();
};
struct own_ack {
  void ack();
};
struct own_nack {
  void nack();
};

struct own_extend {
  void extend();
};
struct own_flush_verdicts {
  void flush_verdicts();
};

template <class F, class Own>
struct with_member : F, Own {};

template <class F>
concept may_be_inherited = std::is_class_v<F> && !std::is_final_v<F>;

template <class F>
concept names_on_start = may_be_inherited<F> && !requires {
  &with_member<F, own_on_start>::on_start;
};
template <class F>
concept names_on_end = may_be_inherited<F> && !requires {
  &with_member<F, own_on_end>::on_end;
};
template <class F>
concept names_on_stop = may_be_inherited<F> && !requires {
  &with_member<F, own_on_stop>::on_stop;
};
template <class F>
concept names_ack = may_be_inherited<F> && !requires {
  &with_member<F, own_ack>::ack;
};
template <class F>
concept names_nack = may_be_inherited<F> && !requires {
  &with_member<F, own_nack>::nack;
};
template <class F>
concept names_extend = may_be_inherited<F> && !requires {
  &with_member<F, own_extend>::extend;
};
template <class F>
concept names_flush_verdicts = may_be_inherited<F> && !requires {
  &with_member<F, own_flush_verdicts>::flush_verdicts;
};

}  // namespace penstock::detail
