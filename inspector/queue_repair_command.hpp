#pragma once

namespace CLI {
class App;
}

namespace penstock {

/// `check` and `rescue`, for queues in files that may be damaged.
void add_queue_repair_commands(CLI::App& queue);

}  // namespace penstock
