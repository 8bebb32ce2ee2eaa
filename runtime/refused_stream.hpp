#pragma once

namespace penstock {

template <class T>
class stream;

namespace detail {

/// What a call gives back that the compiler has refused. It takes any further call in silence, so that the
/// one message stands alone. Nothing here is ever called.
struct refused_stream {
  template <class... Any>
  refused_stream stage(const Any&...) const {
    return {};
  }
  template <class... Any>
  void sink(const Any&...) const {}
  template <class... Any>
  refused_stream scatter(const Any&...) const {
    return {};
  }
  template <class... Any>
  refused_stream gather(const Any&...) const {
    return {};
  }
  template <class... Any>
  refused_stream chunk(const Any&...) const {
    return {};
  }
  template <class... Any>
  refused_stream by_key(const Any&...) const {
    return {};
  }
  template <class... Any>
  refused_stream map(const Any&...) const {
    return {};
  }
  template <class... Any>
  refused_stream filter(const Any&...) const {
    return {};
  }
  template <class... Any>
  refused_stream flat_map(const Any&...) const {
    return {};
  }
  template <class... Any>
  refused_stream flatten(const Any&...) const {
    return {};
  }
  template <class... Any>
  refused_stream tap(const Any&...) const {
    return {};
  }
  template <class T>
  operator stream<T>() const {  // NOLINT: it stands for any stream
    return {nullptr, {}};
  }
};

}  // namespace detail

}  // namespace penstock
