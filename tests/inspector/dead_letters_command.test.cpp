#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/catch.hpp>

#include "penstock_program.hpp"

namespace ps = penstock;
using namespace penstock_test;
using nlohmann::json;

namespace {

/// A file with three letters, gone with the object.
class letter_file {
 public:
  letter_file() {
    std::string pattern = (std::filesystem::temp_directory_path() / "penstock-inspect-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ps::dead_letter_store store{path()};
    store.write(letter("orders", "upload", 1));
    store.write(letter("orders", "fetch", 2));
    store.write(letter("pictures", "upload", 3));
  }
  ~letter_file() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  letter_file(const letter_file&) = delete;
  letter_file& operator=(const letter_file&) = delete;

  std::string path() const { return (folder_ / "letters.sqlite").string(); }
  std::string folder() const { return folder_.string(); }
  std::size_t count() const { return ps::dead_letter_store{path()}.count(); }

 private:
  static ps::dead_letter_record letter(const std::string& graph, const std::string& stage,
                                       std::uint64_t item) {
    ps::dead_letter_record made;
    made.graph = graph;
    made.stage = stage;
    made.item = item;
    made.attempt = 2;
    made.exception_type = "std::runtime_error";
    made.exception_text = "no answer from host " + std::to_string(item) + "\nsecond line";
    made.json = R"({"number":)" + std::to_string(item) + "}";
    made.item_type = "order";
    made.archive.resize(12);
    made.at_ns = 1'700'000'000'000'000'000;
    return made;
  }

  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("the program tells its version") {
  const auto told = run("--version");
  CHECK(told.code == 0);
  CHECK(told.text == "penstock 0.1.0\n");
}

TEST_CASE("dead-letters list prints a line for each, with its number") {
  const letter_file file;
  const auto listed = run("dead-letters list " + file.path());
  CHECK(listed.code == 0);
  CHECK(mentions(listed, "2023-11-14T22:13:20Z"));
  CHECK(mentions(listed, "no answer from host 3"));
  CHECK_FALSE(mentions(listed, "second line"));
  CHECK(std::count(listed.text.begin(), listed.text.end(), '\n') == 4);
}

TEST_CASE("dead-letters list can be limited to a graph and a stage") {
  const letter_file file;
  const auto found = json::parse(run("dead-letters list --json --graph orders " + file.path()).text);
  REQUIRE(found.size() == 2);
  const auto one =
      json::parse(run("dead-letters list --json --graph orders --stage upload " + file.path()).text);
  REQUIRE(one.size() == 1);
  CHECK(one[0].at("item").at("number") == 1);
}

TEST_CASE("dead-letters show prints the letter as JSON, with its item") {
  const letter_file file;
  const auto shown = run("dead-letters show " + file.path() + " 2");
  REQUIRE(shown.code == 0);
  const auto letter = json::parse(shown.text);
  CHECK(letter.at("id") == 2);
  CHECK(letter.at("stage") == "fetch");
  CHECK(letter.at("attempts") == 2);
  CHECK(letter.at("text") == "no answer from host 2\nsecond line");
  CHECK(letter.at("item").at("number") == 2);
  CHECK(letter.at("archive_bytes") == 12);
}

TEST_CASE("an item that is nested too deeply to print is shown as text in a letter") {
  const letter_file file;
  ps::dead_letter_record letter;
  letter.graph = "orders";
  letter.stage = "deep";
  letter.json = std::string(100'000, '[') + std::string(100'000, ']');
  ps::dead_letter_store{file.path()}.write(letter);
  const auto shown = run("dead-letters show " + file.path() + " 4");
  REQUIRE(shown.code == 0);
  CHECK(json::parse(shown.text).at("item") == letter.json);
  CHECK(run("dead-letters list " + file.path() + " --json").code == 0);
}

TEST_CASE("dead-letters remove deletes those that are named, and names those that are not there") {
  const letter_file file;
  CHECK(run("dead-letters remove " + file.path() + " 1 3").code == 0);
  CHECK(file.count() == 1);
  const auto again = run("dead-letters remove " + file.path() + " 1 2");
  CHECK(again.code == 1);
  CHECK(mentions(again, "there is no dead letter 1"));
  CHECK(file.count() == 0);
}

TEST_CASE("dead-letters replay starts the program with what it has to replay") {
  const letter_file file;
  const auto all = run("dead-letters replay " + file.path() + " -- echo program --own argument");
  CHECK(all.code == 0);
  CHECK(all.text == "program --own argument --replay " + file.path() + "\n");
  const auto two = run("dead-letters replay " + file.path() + " --id 1 --id 3 -- echo program");
  CHECK(two.text == "program --replay " + file.path() + " --replay-ids 1,3\n");

  const auto none = run("dead-letters replay " + file.path() + " --id 99 -- echo program");
  CHECK(none.code == 1);
  CHECK(mentions(none, "there is no dead letter 99"));
  const auto nowhere = run("dead-letters replay " + file.path() + " -- /nowhere/program");
  CHECK(nowhere.code == 1);
  CHECK(mentions(nowhere, "can't start '/nowhere/program'"));
}

TEST_CASE("a file that is not there is named and not made") {
  const letter_file file;
  const auto missing = file.folder() + "/other.sqlite";
  for (const char* command : {"list", "show", "remove"}) {
    const auto told =
        run(std::string{"dead-letters "} + command + " " + missing + (command[0] == 'l' ? "" : " 1"));
    CHECK(told.code == 1);
    CHECK(mentions(told, missing));
    CHECK(mentions(told, "no such file"));
  }
  CHECK_FALSE(std::filesystem::exists(missing));
}

TEST_CASE("a file of another kind is refused and left as it is") {
  const letter_file file;
  const auto other = file.folder() + "/jobs.sqlite";
  run("queue put " + other + " 1");
  for (const char* command : {"list", "show", "remove"}) {
    const auto told =
        run(std::string{"dead-letters "} + command + " " + other + (command[0] == 'l' ? "" : " 1"));
    CHECK(told.code == 1);
    CHECK(mentions(told, "there are no dead letters in it"));
  }
  CHECK_THROWS_AS(ps::dead_letter_store{other}, ps::dead_letter_store_error);
  CHECK(run("queue list " + other).code == 0);
}

TEST_CASE("a letter that is not there is named") {
  const letter_file file;
  const auto told = run("dead-letters show " + file.path() + " 99");
  CHECK(told.code == 1);
  CHECK(mentions(told, "there is no dead letter 99"));
}
