#include <penstock/runtime/event_descriptor.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include <penstock/messages/error.hpp>

namespace penstock {

event_descriptor::event_descriptor() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (descriptor_ < 0)
    throw error("penstock: no descriptor to wait for (eventfd): " + std::string{std::strerror(errno)});
}

event_descriptor::~event_descriptor() { ::close(descriptor_); }

void event_descriptor::signal() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

}  // namespace penstock
