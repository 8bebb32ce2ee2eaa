#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace penstock {

/// Tells the service manager that started this process (systemd, `Type=notify`) how it is: a datagram each,
/// to a Unix socket. Without a manager nothing is sent. One thread at a time.
class service_notifier {
 public:
  /// What the manager put into the environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  static service_notifier of_environment();

  /// `socket`: a path, or a name after '@', which has no file; empty: there is no manager. `watchdog`: the
  /// manager gives the process up if it has heard nothing for so long; 0: never.
  explicit service_notifier(std::string socket, std::chrono::nanoseconds watchdog = {});

  // False if the manager could not be told; never waits for it.
  bool ready() const { return tell("READY=1"); }
  bool stopping() const { return tell("STOPPING=1"); }

  /// ns from `now` until `stay_alive` has something to do, 0 if it has already; negative: never. Any clock.
  std::int64_t until_due(std::int64_t now) const;
  /// Twice within the watchdog's time, and at once the first time: tells the manager that the process is
  /// alive, if it is `healthy`, and with that what `status` says of it in one line, for whoever asks the
  /// manager.
  bool stay_alive(std::int64_t now, bool healthy, const std::function<std::string()>& status = {});

 private:
  bool tell(std::string_view state) const;

  std::string address_;
  std::int64_t interval_;  ///< ns; 0: there is no watchdog
  std::int64_t due_ = 0;   ///< ns
};

}  // namespace penstock
