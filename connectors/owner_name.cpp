#include <penstock/connectors/owner_name.hpp>

#include <unistd.h>

#include <array>
#include <random>

namespace penstock {

std::string new_owner_name() {
  std::array<char, 65> host{};
  ::gethostname(host.data(), host.size() - 1);
  return std::string{host.data()} + ":" + std::to_string(::getpid()) + ":" +
         std::to_string(std::random_device{}());
}

}  // namespace penstock
