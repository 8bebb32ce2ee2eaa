#include <penstock/connectors/machine_time.hpp>

#include <ctime>
#include <fstream>

namespace penstock {

namespace {

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

std::int64_t machine_time::now_ns() const { return clock_ns(CLOCK_MONOTONIC); }
std::int64_t machine_time::unix_ns() const { return clock_ns(CLOCK_REALTIME); }

std::string machine_time::boot() const {
  std::string id;
  std::ifstream{"/proc/sys/kernel/random/boot_id"} >> id;
  return id;
}

}  // namespace penstock
