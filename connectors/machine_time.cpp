#include <penstock/connectors/machine_time.hpp>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include <penstock/connectors/owner_name.hpp>

namespace penstock {

namespace {

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::string link_of(const char* file) {
  std::error_code none;
  return std::filesystem::read_symlink(file, none).string();
}

}  // namespace

std::int64_t monotonic_offset_in(const std::string& offsets) {
  std::istringstream in{offsets};
  std::string clock;
  std::int64_t seconds = 0;
  std::int64_t rest = 0;
  while (in >> clock >> seconds >> rest) {
    if (clock == "monotonic") return seconds * 1'000'000'000 + rest;
  }
  return 0;
}

machine_time::machine_time() {
  const auto own = link_of("/proc/self/ns/time");
  // The offsets are those of the namespace that children get.
  const bool is_known = own == link_of("/proc/self/ns/time_for_children") &&
                        (!own.empty() || std::filesystem::exists("/proc/self/ns"));
  if (is_known) {
    std::ifstream file{"/proc/self/timens_offsets"};
    offset_ns_ = monotonic_offset_in(std::string{std::istreambuf_iterator<char>{file}, {}});
  }
  base_ = is_known ? "machine" : "process " + process_token();
}

std::int64_t machine_time::now_ns() const { return clock_ns(CLOCK_MONOTONIC) - offset_ns_; }
std::int64_t machine_time::unix_ns() const { return clock_ns(CLOCK_REALTIME); }

std::string machine_time::boot() const {
  std::string id;
  std::ifstream{"/proc/sys/kernel/random/boot_id"} >> id;
  return id;
}

}  // namespace penstock
