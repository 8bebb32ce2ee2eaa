#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include <penstock/runtime/run_plan.hpp>

namespace spdlog {
class logger;
}

namespace penstock {

/// Makes a plan one of a run that works on dead letters instead of what its sources have: each stage that the
/// graph's letters in `file` came from gets a source of its own which hands them out again, and the plan's
/// sources end at once. A letter counts as replayed, and is not handed out once more, when nothing that came
/// of it is left. Letters that can't be handed out are named in the log (null: nowhere) and left. `ids`: no
/// others than these; empty: all. Throws dead_letter_store_error, also where there is no letter with such an
/// id.
void replay_letters(run_plan& plan, const std::filesystem::path& file, const std::vector<std::int64_t>& ids,
                    const std::shared_ptr<spdlog::logger>& log);

}  // namespace penstock
