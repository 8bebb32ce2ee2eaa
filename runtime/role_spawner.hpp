#pragma once

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include <penstock/runtime/role_entry.hpp>
#include <penstock/runtime/role_process.hpp>

namespace penstock {

/// Names the process that started this one, and the descriptor of the socket to it.
inline constexpr const char* role_variable = "PENSTOCK_ROLE";
/// A role process that lost the one that it works for.
inline constexpr int exit_role_lost = 70;

/// Starts this program anew. One thread starts all children and stays until the process ends, as children end
/// with the thread that started them. Any thread.
class role_spawner {
 public:
  static role_spawner& instance();

  /// Starts the program as it was started itself, with `socket` as its only descriptor beside the standard
  /// ones: input from /dev/null, output to standard error. Throws error.
  role_process spawn(const program_image& image, int socket);

 private:
  struct order {
    const program_image* image;
    int socket;
    std::promise<pid_t> started;
  };

  role_spawner();
  void serve();

  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<order> orders_;
  std::thread thread_;
};

}  // namespace penstock
