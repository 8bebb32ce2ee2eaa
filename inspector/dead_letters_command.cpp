#include <penstock/inspector/dead_letters_command.hpp>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <penstock/inspector/shown_item.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock/runtime/text_table.hpp>

namespace penstock {

namespace {

/// Characters of the exception's text in the table.
constexpr std::size_t text_shown = 60;

/// What was given on the command line; lives as long as the commands do.
struct letter_arguments {
  std::string file;
  std::string graph;
  std::string stage;
  bool json = false;
  std::vector<std::int64_t> letters;
  std::vector<std::string> program;
};

/// As in 2026-01-31T23:59:59Z.
std::string time_text(std::int64_t unix_ns) {
  const auto seconds = static_cast<std::time_t>(unix_ns / 1'000'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts));
}

nlohmann::ordered_json as_json(const dead_letter_record& letter) {
  nlohmann::ordered_json shown;
  shown["id"] = letter.id;
  shown["at"] = time_text(letter.at_ns);
  shown["graph"] = letter.graph;
  shown["run"] = letter.run;
  shown["stage"] = letter.stage;
  shown["operator"] = letter.op;
  shown["job"] = letter.job;
  shown["number"] = letter.item;
  shown["attempts"] = letter.attempt;
  shown["exception"] = letter.exception_type;
  shown["text"] = letter.exception_text;
  shown["item_type"] = letter.item_type;
  shown["replayed_at"] = letter.replayed_ns == 0 ? nlohmann::ordered_json(nullptr)
                                                 : nlohmann::ordered_json(time_text(letter.replayed_ns));
  shown["archive_bytes"] = letter.archive.size();
  shown["item"] = shown_item(letter.json);
  return shown;
}

/// What comes of a body may be text in any encoding, which JSON does not hold.
std::string text_of(const nlohmann::ordered_json& value) {
  return value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string first_line(const std::string& text) {
  return cut_to_width(text.substr(0, text.find('\n')), text_shown);
}

void list(const letter_arguments& given) {
  std::vector<dead_letter_record> found;
  for (auto& each : dead_letter_store::existing(given.file).list()) {
    if (!given.graph.empty() && each.graph != given.graph) continue;
    if (!given.stage.empty() && each.stage != given.stage) continue;
    found.push_back(std::move(each));
  }
  if (given.json) {
    auto all = nlohmann::ordered_json::array();
    for (const auto& each : found) all.push_back(as_json(each));
    std::cout << text_of(all) << '\n';
    return;
  }
  text_table table{{{"id", true},
                    {"at"},
                    {"graph"},
                    {"stage"},
                    {"job", true},
                    {"attempts", true},
                    {"replayed"},
                    {"exception"},
                    {"text"}}};
  for (const auto& each : found) {
    table.add({std::to_string(each.id), time_text(each.at_ns), each.graph,
               each.op.empty() ? each.stage : each.stage + " / " + each.op, std::to_string(each.job),
               std::to_string(each.attempt), each.replayed_ns == 0 ? "" : "yes", each.exception_type,
               first_line(each.exception_text)});
  }
  std::cout << table.text();
}

std::string absent(std::int64_t id) { return "there is no dead letter " + std::to_string(id); }

void show(const letter_arguments& given) {
  const auto letter = dead_letter_store::existing(given.file).find(given.letters.front());
  if (!letter) throw dead_letter_store_error{given.file, absent(given.letters.front())};
  std::cout << text_of(as_json(*letter)) << '\n';
}

void remove(const letter_arguments& given) {
  auto store = dead_letter_store::existing(given.file);
  std::string missing;
  for (const auto id : given.letters) {
    if (store.remove(id)) continue;
    if (!missing.empty()) missing += "; ";
    missing += absent(id);
  }
  if (!missing.empty()) throw dead_letter_store_error{given.file, missing};
}

/// Becomes the program, which is told what to replay.
void replay(const letter_arguments& given) {
  const auto store = dead_letter_store::existing(given.file);
  std::string ids;
  for (const auto id : given.letters) {
    if (!store.find(id)) throw dead_letter_store_error{given.file, absent(id)};
    ids += (ids.empty() ? "" : ",") + std::to_string(id);
  }
  auto words = given.program;
  words.insert(words.end(), {"--replay", given.file});
  if (!ids.empty()) words.insert(words.end(), {"--replay-ids", ids});
  std::vector<char*> arguments;
  for (auto& each : words) arguments.push_back(each.data());
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  throw std::system_error{errno, std::generic_category(), "can't start '" + words[0] + "'"};
}

/// Text on standard error and exit code 1 instead of what `f` throws.
template <class F>
std::function<void()> guarded(F f, std::shared_ptr<letter_arguments> given) {
  return [f, given = std::move(given)] {
    try {
      f(*given);
    } catch (const std::exception& problem) {
      std::cerr << "penstock: " << problem.what() << '\n';
      throw CLI::RuntimeError(1);
    }
  };
}

}  // namespace

void add_dead_letters_command(CLI::App& app) {
  const auto given = std::make_shared<letter_arguments>();
  CLI::App* const letters = app.add_subcommand("dead-letters", "look at items that stages gave up");
  letters->require_subcommand(1);

  CLI::App* const listing = letters->add_subcommand("list", "print a table of them, the oldest first");
  listing->add_option("FILE", given->file, "the file, --dead-letters of the program")->required();
  listing->add_option("--graph", given->graph, "only those of this graph");
  listing->add_option("--stage", given->stage, "only those of this stage");
  listing->add_flag("--json", given->json, "print a JSON array instead, with their items");
  listing->callback(guarded(&list, given));

  CLI::App* const showing = letters->add_subcommand("show", "print one as JSON, with its item");
  showing->add_option("FILE", given->file, "the file")->required();
  showing->add_option("ID", given->letters, "its number in the list")->required()->expected(1);
  showing->callback(guarded(&show, given));

  CLI::App* const replaying =
      letters->add_subcommand("replay", "start the program that they are from on them, as its --replay does");
  replaying->add_option("FILE", given->file, "the file")->required();
  replaying->add_option("--id", given->letters, "only the letter with this number (several times)")
      ->allow_extra_args(false);
  replaying->add_option("PROGRAM", given->program, "the program and its arguments, behind --")->required();
  replaying->callback(guarded(&replay, given));

  CLI::App* const removing = letters->add_subcommand("remove", "delete some for ever");
  removing->add_option("FILE", given->file, "the file")->required();
  removing->add_option("ID", given->letters, "their numbers in the list")->required();
  removing->callback(guarded(&remove, given));
}

}  // namespace penstock
