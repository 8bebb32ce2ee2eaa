#pragma once

#include <memory>

namespace spdlog {
class logger;
}

namespace penstock {

/// A logger on standard error; `level` as spdlog counts them.
std::shared_ptr<spdlog::logger> make_logger(int level);

}  // namespace penstock
