#pragma once

namespace penstock {

/// A descriptor that one thread waits for, together with others, until another one signals it. `signal` may
/// be called by any thread.
class event_descriptor {
 public:
  /// Throws error.
  event_descriptor();
  ~event_descriptor();
  event_descriptor(const event_descriptor&) = delete;
  event_descriptor& operator=(const event_descriptor&) = delete;

  /// From now on it can be read, and stays so.
  void signal() noexcept;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace penstock
