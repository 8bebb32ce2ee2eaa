#pragma once

namespace CLI {
class App;
}

namespace penstock {

/// Adds `queue put|list|requeue` to the command line: a job queue from the shell. What it does runs
/// while `app` parses; a failure is a CLI::RuntimeError, with its text on standard error already.
void add_queue_command(CLI::App& app);

}  // namespace penstock
