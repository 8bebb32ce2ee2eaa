#include <CLI/CLI.hpp>

#include <penstock/inspector/dead_letters_command.hpp>
#include <penstock/inspector/queue_command.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Looks at what penstock programs left behind, and feeds their queues.", "penstock"};
  app.set_version_flag("--version", "penstock " PENSTOCK_VERSION);
  app.require_subcommand(1);
  // One line per command, each with a source file of its own in this folder.
  penstock::add_dead_letters_command(app);
  penstock::add_queue_command(app);
  CLI11_PARSE(app, argc, argv);
  return 0;
}
