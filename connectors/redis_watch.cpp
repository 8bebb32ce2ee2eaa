#include <penstock/connectors/redis_watch.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <random>
#include <system_error>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/retry_delay.hpp>
#include <penstock/runtime/thread_without_signals.hpp>

namespace penstock {

redis_watch::redis_watch(redis_url url, const std::string& queue, std::string channel,
                         std::function<void()> wake)
    : connection_{std::move(url), queue}, channel_{std::move(channel)}, wake_{std::move(wake)} {
  subscribe();  // here, so that who may not subscribe is told
  end_ = ::eventfd(0, EFD_CLOEXEC);
  if (end_ < 0) throw job_queue_error{queue, "eventfd: " + std::generic_category().message(errno)};
  try {
    thread_ = thread_without_signals([this] { run(); });
  } catch (const std::system_error& problem) {
    ::close(end_);
    throw job_queue_error{queue, std::string{"no thread: "} + problem.what(), job_queue_error::kind::passing};
  }
}

redis_watch::~redis_watch() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(end_, &one, sizeof one);
  thread_.join();
  ::close(end_);
}

void redis_watch::subscribe() {
  connection_.open();
  const auto answer = connection_.ask({"SUBSCRIBE", channel_});
  if (answer.is_error()) connection_.fail(answer);
}

void redis_watch::run() {
  std::minstd_rand engine{std::random_device{}()};
  retry_delay delay;
  for (;;) {
    try {
      if (!connection_.is_open()) {
        subscribe();
        delay.went_well();
        ring();  // what was changed in the meantime, nobody has told
      }
      if (!listen()) return;
    } catch (const std::exception&) {
      // Who asks the queue for a job finds the same, and says so; one that is told nothing would not ask.
      connection_.close();
      ring();
      if (wait_for_end(delay.after_failure(std::uniform_real_distribution<>{}(engine)))) return;
    }
  }
}

/// True when there was something to read, false at the end.
bool redis_watch::listen() {
  std::array<pollfd, 2> both{{{connection_.handle(), POLLIN, 0}, {end_, POLLIN, 0}}};
  if (::poll(both.data(), both.size(), -1) < 0) return true;
  if (both[1].revents != 0) return false;
  bool changed = false;
  while (connection_.read_arrived()) changed = true;
  if (changed) ring();
  return true;
}

bool redis_watch::wait_for_end(std::chrono::nanoseconds time) const {
  pollfd one{end_, POLLIN, 0};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  return ::poll(&one, 1, static_cast<int>(ms)) > 0;
}

}  // namespace penstock
