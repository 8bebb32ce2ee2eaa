#pragma once

namespace CLI {
class App;
}

namespace penstock {

/// Adds `dead-letters list|show|remove` to the command line. What it does runs while `app` parses; a failure
/// is a CLI::RuntimeError, with its text on standard error already.
void add_dead_letters_command(CLI::App& app);

}  // namespace penstock
