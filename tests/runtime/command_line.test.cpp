#include <penstock/runtime/command_line.hpp>

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using words = std::vector<std::string>;
using variables = std::map<std::string, std::string>;

namespace {

ps::command_line parse(const words& arguments, const variables& set = {},
                       const ps::runtime_options& defaults = {}) {
  std::vector<const char*> argv{"program"};
  for (const auto& each : arguments) argv.push_back(each.c_str());
  const ps::variable_lookup lookup = [&set](const std::string& name) -> std::optional<std::string> {
    const auto found = set.find(name);
    if (found == set.end()) return std::nullopt;
    return found->second;
  };
  return ps::parse_command_line(static_cast<int>(argv.size()), argv.data(), lookup, defaults);
}

std::string refusal(const words& arguments, const variables& set = {}) {
  try {
    parse(arguments, set);
  } catch (const ps::option_error& problem) {
    return problem.what();
  }
  return "taken";
}

/// A configuration file that goes with the test.
class config_file {
 public:
  explicit config_file(const std::string& text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    std::ofstream{path()} << text;
  }
  config_file(const config_file&) = delete;
  config_file& operator=(const config_file&) = delete;
  ~config_file() { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "options.toml").string(); }

 private:
  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("an empty command line leaves the defaults") {
  ps::runtime_options defaults;
  defaults.threads = 3;
  const auto parsed = parse({}, {}, defaults);
  CHECK(parsed.options.threads == 3);
  CHECK(parsed.options.report == ps::report_mode::none);
  CHECK(parsed.arguments.empty());
  CHECK_FALSE(parsed.help);
}

TEST_CASE("every flag sets its option, with a blank or an equals sign") {
  const auto parsed = parse({"--threads", "4", "--dead-letters=letters.db", "--inactivity", "5s",
                             "--log-level=debug", "--report=json", "--progress=false", "--replay=old.db",
                             "--replay-ids", "3,17", "--set", "a.workers=2", "--set=b.capacity=9"});
  CHECK(parsed.options.threads == 4);
  CHECK(parsed.options.dead_letters == "letters.db");
  CHECK(parsed.options.inactivity == 5s);
  CHECK(parsed.options.log_level == "debug");
  CHECK(parsed.options.report == ps::report_mode::json);
  CHECK_FALSE(parsed.options.progress_on_terminal);
  CHECK(parsed.options.replay == "old.db");
  CHECK(parsed.options.replay_ids == std::vector<std::int64_t>{3, 17});
  CHECK(parsed.options.overrides.number("a", "workers") == 2);
  CHECK(parsed.options.overrides.number("b", "capacity") == 9);
  CHECK(parsed.arguments.empty());
}

TEST_CASE("the flag --report alone means the table and takes nothing from the program") {
  const auto parsed = parse({"--report", "input.txt"});
  CHECK(parsed.options.report == ps::report_mode::table);
  CHECK(parsed.arguments == words{"input.txt"});
  CHECK(parse({"--report=none"}).options.report == ps::report_mode::none);
}

TEST_CASE("what the runtime doesn't know stays for the program, in order") {
  const auto parsed = parse({"in.txt", "--threads", "2", "-v", "--colour=red", "--set", "a.workers=2",
                             "out.txt", "-n", "5", "--help", "-h", "", "-"});
  CHECK(parsed.options.threads == 2);
  CHECK(parsed.arguments ==
        words{"in.txt", "-v", "--colour=red", "out.txt", "-n", "5", "--help", "-h", "", "-"});
  CHECK_FALSE(parsed.help);
}

TEST_CASE("all that follows two dashes is the program's") {
  const auto parsed = parse({"--threads=2", "a", "--", "--threads=3", "--", "b"});
  CHECK(parsed.options.threads == 2);
  CHECK(parsed.arguments == words{"a", "--", "--threads=3", "--", "b"});
}

TEST_CASE("a flag that is given twice counts as given last") {
  CHECK(parse({"--threads=2", "--threads=3"}).options.threads == 3);
  CHECK(parse({"--report", "--report=json"}).options.report == ps::report_mode::json);
  CHECK(parse({"--set=a.workers=1", "--set=a.workers=5"}).options.overrides.number("a", "workers") == 5);
}

TEST_CASE("variables of the environment set options, flags win over them") {
  const variables set{{"PENSTOCK_THREADS", "8"},
                      {"PENSTOCK_REPORT", "json"},
                      {"PENSTOCK_LOG_LEVEL", "error"},
                      {"PENSTOCK_SET", "a.workers=2,b.pool=blocking"}};
  const auto parsed = parse({"--threads=1", "--set", "a.workers=7"}, set);
  CHECK(parsed.options.threads == 1);
  CHECK(parsed.options.report == ps::report_mode::json);
  CHECK(parsed.options.log_level == "error");
  CHECK(parsed.options.overrides.number("a", "workers") == 7);
  CHECK(parsed.options.overrides.word("b", "pool") == "blocking");
}

TEST_CASE("a configuration file sets options, variables and flags win over it") {
  const config_file file{
      "threads = 2\nreport = \"table\"\nlog-level = \"error\"\n[stages.a]\nworkers = 3\ncapacity = 5\n"};
  const auto parsed =
      parse({"--config", file.path(), "--set=a.workers=9", "--threads=6"}, {{"PENSTOCK_LOG_LEVEL", "info"}});
  CHECK(parsed.options.threads == 6);
  CHECK(parsed.options.report == ps::report_mode::table);
  CHECK(parsed.options.log_level == "info");
  CHECK(parsed.options.overrides.number("a", "workers") == 9);
  CHECK(parsed.options.overrides.number("a", "capacity") == 5);
  CHECK(parse({}, {{"PENSTOCK_CONFIG", file.path()}}).options.threads == 2);
}

TEST_CASE("a bad value is refused with the flag, variable or file, the value and what was expected") {
  CHECK(refusal({"--threads", "many"}) == R"(--threads = "many": expected a whole number from 0 to 1024)");
  for (const char* ids : {"3,", ",3", "3;4", "three", "-1", "0", "3 4"}) {
    CHECK(refusal({std::string{"--replay-ids="} + ids, "--replay=old.db"}) ==
          std::string{"--replay-ids = \""} + ids + "\": expected numbers of dead letters, such as 3,17");
  }
  CHECK(refusal({"--replay-ids=3"}) ==
        "--replay-ids: expected --replay with it, which names the file of these dead letters");
  CHECK(refusal({"--report=xml"}) == R"(--report = "xml": expected one of none, table, json)");
  CHECK(refusal({}, {{"PENSTOCK_INACTIVITY", "5"}}) ==
        R"(PENSTOCK_INACTIVITY = "5": expected a duration from 0s to 7d, such as 200ms)");
  CHECK_THAT(refusal({"--set", "a.workers=0"}),
             Contains(R"(--set: stage "a": workers = "0": expected a whole number)"));
  CHECK_THAT(refusal({}, {{"PENSTOCK_SET", "a"}}),
             Contains("PENSTOCK_SET: ") && Contains("expected STAGE.OPTION=VALUE"));
  const config_file file{"log_level = \"info\"\n"};
  CHECK_THAT(refusal({"--config", file.path()}),
             Contains(file.path()) && Contains(R"(did you mean "log-level"?)"));
}

TEST_CASE("a flag that lacks its value is refused") {
  CHECK_THAT(refusal({"--threads"}), Contains("--threads") && Contains("--penstock-help"));
  CHECK_THAT(refusal({"--set"}), Contains("--set"));
}

TEST_CASE("the flag --penstock-help asks for the list of flags") {
  CHECK(parse({"--penstock-help"}).help);
  const auto text = ps::penstock_help();
  for (const char* flag :
       {"--report", "--set STAGE.OPTION=VALUE", "--threads N", "--dead-letters", "--inactivity TIME",
        "--log-level", "--config FILE.toml", "--penstock-help", "PENSTOCK_LOG_LEVEL"}) {
    CHECK_THAT(text, Contains(flag));
  }
}
