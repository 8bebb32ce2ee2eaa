#include <penstock/runtime/config_file.hpp>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <penstock/messages/error.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using Catch::Matchers::Contains;

namespace {

/// A folder of its own that goes with the test.
class scratch_folder {
 public:
  scratch_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() { std::filesystem::remove_all(path_); }

  std::string path() const { return path_.string(); }

  std::string file(const std::string& text) const {
    const auto name = path_ / "options.toml";
    std::ofstream{name} << text;
    return name.string();
  }

 private:
  std::filesystem::path path_;
};

std::string entries_of(const std::string& text) {
  const scratch_folder folder;
  std::string result;
  for (const auto& each : ps::read_config_file(folder.file(text))) {
    result += "[" + each.stage + "]" + each.option + "=" + each.value + ";";
  }
  return result;
}

std::string refusal(const std::string& text) {
  try {
    return "taken: " + entries_of(text);
  } catch (const ps::option_error& problem) {
    return problem.what();
  }
}

}  // namespace

TEST_CASE("options of runs and of stages are read from a TOML file") {
  CHECK(entries_of("# a comment\n"
                   "threads = 4\n"
                   "report = \"json\"  # another\n"
                   "\n"
                   "[stages.fetch]\n"
                   "workers = 16\n"
                   "bytes = \"256MiB\"\n"
                   "[stages.store]\n"
                   "ordered = true\n") ==
        "[]threads=4;[]report=json;[fetch]workers=16;[fetch]bytes=256MiB;[store]ordered=true;");
}

TEST_CASE("a stage's name may hold dots") {
  CHECK(entries_of("[stages.eu.fetch]\nworkers = 2\n") == "[eu.fetch]workers=2;");
  CHECK(entries_of("[stages.\"eu.fetch\"]\nworkers = 2\n") == "[eu.fetch]workers=2;");
}

TEST_CASE("an empty file says nothing") { CHECK(entries_of("").empty()); }

TEST_CASE("other tables, lists and values that the reader would cut are refused by name") {
  CHECK_THAT(refusal("[nodes]\nname = 1\n"), Contains("nodes.name") && Contains("[stages.NAME]"));
  CHECK_THAT(refusal("[stages]\nworkers = 1\n"), Contains("[stages.NAME]"));
  CHECK_THAT(refusal("threads = [1, 2]\n"), Contains("threads: expected one value"));
  CHECK_THAT(refusal("[stages.a]\nworkers = 1\nworkers = 2\n"),
             Contains("stages.a.workers: expected one value"));
  CHECK_THAT(refusal("dead-letters = \"a#b\"\n"), Contains("dead-letters: expected one value"));
}

TEST_CASE("a file that can't be read is an error that names it") {
  const scratch_folder folder;
  CHECK_THROWS_WITH(ps::read_config_file(folder.path() + "/none.toml"),
                    Contains("none.toml") && Contains("No such file or directory"));
  CHECK_THROWS_AS(ps::read_config_file(folder.path()), ps::option_error);
}

// Each took minutes, or gigabytes, where nothing bounded it.
TEST_CASE("a file that would keep its reader busy for ever is refused with the line") {
  std::string table = "[stages";
  for (int i = 0; i < 100'000; ++i) table += ".a";
  CHECK_THAT(refusal("seed = 1\n" + table + "]\nx = 1\n"),
             Contains("line 2: 200008 bytes; a line has at most 4096"));
  CHECK_THAT(refusal("seed = [" + std::string(1'000'000, '[') + "\n"), Contains("line 1"));
  CHECK_THAT(refusal(table.substr(0, 200) + "]\nx = 1\n"),
             Contains("line 1: a table nested deeper than 32 levels"));
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += table.substr(0, 60) + "]\nx = 1\n";
  CHECK_THAT(refusal(many), Contains("taken: [a.a"));
}
