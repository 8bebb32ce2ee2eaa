#include <penstock/inspector/queue_repair_command.hpp>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include <penstock/connectors/sqlite_rescue.hpp>

namespace penstock {

namespace {

struct repair_arguments {
  std::string file;
  std::string made;
};

/// False: something is wrong with it.
bool check(const repair_arguments& given) {
  const auto found = check_queue_file(given.file);
  for (const auto& each : found) std::cout << each << '\n';
  std::cout << given.file << (found.empty() ? ": nothing is wrong with it\n" : ": it is damaged\n");
  return found.empty();
}

bool rescue(const repair_arguments& given) {
  const auto done = rescue_queue_file(given.file, given.made);
  std::cout << done.saved << " jobs are saved in " << given.made
            << (done.is_whole ? "\n" : "; parts of the file could not be read\n");
  return true;
}

void add(CLI::App& command, bool (*run)(const repair_arguments&),
         const std::shared_ptr<repair_arguments>& given) {
  command.callback([run, given] {
    bool is_well = false;
    try {
      is_well = run(*given);
    } catch (const std::exception& problem) {
      std::cerr << "penstock: " << problem.what() << '\n';
    }
    if (!is_well) throw CLI::RuntimeError{1};
  });
}

}  // namespace

void add_queue_repair_commands(CLI::App& queue) {
  auto given = std::make_shared<repair_arguments>();
  CLI::App& look =
      *queue.add_subcommand("check", "look at all of a queue's file; 1 if something is wrong with it");
  look.add_option("FILE", given->file, "the queue's SQLite file")->required();
  add(look, &check, given);

  CLI::App& save = *queue.add_subcommand("rescue", "save what can be read of a damaged file in a new queue");
  save.add_option("FILE", given->file, "the damaged file, which stays as it is")->required();
  save.add_option("NEW", given->made, "the queue to make")->required();
  add(save, &rescue, given);
}

}  // namespace penstock
