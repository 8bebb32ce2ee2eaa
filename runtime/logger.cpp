#include <penstock/runtime/logger.hpp>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace penstock {

std::shared_ptr<spdlog::logger> make_logger(int level) {
  auto log = std::make_shared<spdlog::logger>("penstock", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_level(static_cast<spdlog::level::level_enum>(level));
  return log;
}

}  // namespace penstock
