#include <penstock/runtime/dead_letter_store.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <penstock_test/catch.hpp>

#include <barrier>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace ps = penstock;

namespace {

/// A folder of its own, gone with the object.
class scratch {
 public:
  scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "penstock-letters-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

ps::dead_letter_record letter_of(std::uint64_t item, int attempt = 1) {
  ps::dead_letter_record letter;
  letter.graph = "graph";
  letter.run = "run";
  letter.job = 3;
  letter.stage = "upload";
  letter.op = "checked";
  letter.item = item;
  letter.attempt = attempt;
  letter.exception_type = "std::runtime_error";
  letter.exception_text = "it's broken";
  letter.archive = {std::byte{0}, std::byte{1}, std::byte{0xff}};
  letter.json = R"({"a":1})";
  letter.item_type = "tile";
  letter.at_ns = 1'700'000'000'000'000'000;
  return letter;
}

std::string message_of(const std::filesystem::path& file) {
  try {
    ps::dead_letter_store store{file};
  } catch (const ps::dead_letter_store_error& e) {
    CHECK(e.file() == file);
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a letter is read back as it was written, by another store too", "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "letters.sqlite";
  {
    ps::dead_letter_store store{file};
    store.write(letter_of(7));
  }
  const auto letters = ps::dead_letter_store{file}.list();
  REQUIRE(letters.size() == 1);
  const auto& found = letters.front();
  CHECK(found.graph == "graph");
  CHECK(found.run == "run");
  CHECK(found.job == 3);
  CHECK(found.stage == "upload");
  CHECK(found.op == "checked");
  CHECK(found.item == 7);
  CHECK(found.attempt == 1);
  CHECK(found.exception_type == "std::runtime_error");
  CHECK(found.exception_text == "it's broken");
  CHECK(found.archive == letter_of(7).archive);
  CHECK(found.json == R"({"a":1})");
  CHECK(found.item_type == "tile");
  CHECK(found.at_ns == 1'700'000'000'000'000'000);
}

TEST_CASE("the same letter is kept once", "[runtime][dead_letters]") {
  const scratch folder;
  ps::dead_letter_store store{folder / "letters.sqlite"};
  store.write(letter_of(1));
  store.write(letter_of(1));
  CHECK(store.count() == 1);
  store.write(letter_of(1, 2));
  store.write(letter_of(2));
  CHECK(store.count() == 3);
}

TEST_CASE("letters without run and time get those of their store", "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "letters.sqlite";
  ps::dead_letter_record letter;
  letter.stage = "s";
  {
    ps::dead_letter_store store{file};
    store.write(letter);
    store.write(letter);
  }
  ps::dead_letter_store again{file};
  again.write(letter);
  const auto letters = again.list();
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].run != letters[1].run);
  CHECK(letters[0].at_ns > 0);
  CHECK(letters[0].archive.empty());
}

TEST_CASE("letters are listed in the order of writing", "[runtime][dead_letters]") {
  const scratch folder;
  ps::dead_letter_store store{folder / "letters.sqlite"};
  for (const std::uint64_t item : {5u, 1u, 3u}) store.write(letter_of(item));
  const auto letters = store.list();
  REQUIRE(letters.size() == 3);
  CHECK(letters[0].item == 5);
  CHECK(letters[2].item == 3);
}

TEST_CASE("several threads and several stores may write at once", "[runtime][dead_letters]") {
  constexpr int threads = 4;
  constexpr int each = 25;
  const scratch folder;
  const auto file = folder / "letters.sqlite";
  ps::dead_letter_store first{file};
  ps::dead_letter_store second{file};
  std::vector<std::thread> writers;
  for (int t = 0; t < threads; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < each; ++i)
        (t % 2 == 0 ? first : second).write(letter_of(static_cast<std::uint64_t>(t * each + i)));
    });
  }
  for (auto& writer : writers) writer.join();
  CHECK(first.count() == threads * each);
}

TEST_CASE("several programs may open a file of an earlier version at once", "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "letters.sqlite";
  for (int round = 0; round < 20; ++round) {
    ps::dead_letter_store{file}.write(letter_of(static_cast<std::uint64_t>(round)));
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &raw) == SQLITE_OK);
    REQUIRE(sqlite3_exec(raw, "ALTER TABLE dead_letters DROP COLUMN replayed_ns", nullptr, nullptr,
                         nullptr) == SQLITE_OK);
    sqlite3_close(raw);
    std::barrier start{4};
    std::vector<std::string> problems(4);
    std::vector<std::thread> programs;
    for (std::string& problem : problems) {
      programs.emplace_back([&] {
        start.arrive_and_wait();
        problem = message_of(file);
      });
    }
    for (auto& each : programs) each.join();
    REQUIRE(problems == std::vector<std::string>(4));
  }
  CHECK(ps::dead_letter_store{file}.count() == 20);
}

TEST_CASE("a missing directory is named", "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "absent" / "letters.sqlite";
  const auto message = message_of(file);
  CHECK(message.find(file.string()) != std::string::npos);
  CHECK(message.find("no directory") != std::string::npos);
}

TEST_CASE("a file that is no database is named", "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "notes.txt";
  std::ofstream{file} << std::string(5'000, 'n');
  CHECK(message_of(file).find("notes.txt': file is not a database") != std::string::npos);
}

TEST_CASE("a directory in the file's place is named", "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "letters.sqlite";
  std::filesystem::create_directory(file);
  CHECK(message_of(file).find("letters.sqlite': unable to open") != std::string::npos);
}

TEST_CASE("a full store says so, keeps what it has, and takes letters again when there is room",
          "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "letters.sqlite";
  std::size_t kept = 0;
  {
    ps::dead_letter_store small{file, 128 * 1024};
    std::string message;
    while (message.empty()) {
      auto letter = letter_of(kept);
      letter.archive.resize(10'000);
      try {
        small.write(letter);
        ++kept;
      } catch (const ps::dead_letter_store_error& e) {
        message = e.what();
      }
    }
    CHECK(message.find(file.string()) != std::string::npos);
    CHECK(message.find("full") != std::string::npos);
    CHECK(kept > 5);
    CHECK(small.count() == kept);
  }
  ps::dead_letter_store large{file};
  large.write(letter_of(kept));
  CHECK(large.count() == kept + 1);
}

namespace {

/// A group of letters, and the span that is written.
struct group {
  std::vector<ps::dead_letter_record> letters;
  std::vector<const ps::dead_letter_record*> all;

  explicit group(std::uint64_t count, std::size_t bytes = 3) {
    for (std::uint64_t i = 0; i < count; ++i) {
      letters.push_back(letter_of(i));
      letters.back().archive.resize(bytes);
    }
    for (const auto& each : letters) all.push_back(&each);
  }
};

void execute(const std::filesystem::path& file, const char* sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &raw) == SQLITE_OK);
  CHECK(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(raw);
}

}  // namespace

TEST_CASE("letters that are written together are all in the file, in their order",
          "[runtime][dead_letters]") {
  const scratch folder;
  ps::dead_letter_store store{folder / "letters.sqlite"};
  group many{100};
  CHECK(store.write_some(many.all) == 100);
  const auto found = store.list();
  REQUIRE(found.size() == 100);
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(found[i].item == i);
}

TEST_CASE("of letters that find no room together as many are written as there is room for",
          "[runtime][dead_letters]") {
  const scratch folder;
  ps::dead_letter_store small{folder / "letters.sqlite", 256 * 1024};
  group many{64, 10'000};
  std::size_t written = 0;
  bool full = false;
  while (!full) {
    try {
      written += small.write_some(std::span{many.all}.subspan(written));
    } catch (const ps::dead_letter_store_error& e) {
      CHECK(e.no_room());
      full = true;
    }
  }
  CHECK(written > 10);
  CHECK(written < 64);
  CHECK(small.count() == written);
}

TEST_CASE("the schema of letters is kept once and read back with each", "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "letters.sqlite";
  const auto schema =
      std::make_shared<const ps::item_schema>(ps::item_schema{"0123456789abcdef", R"({"type":"int"})"});
  {
    ps::dead_letter_store store{file};
    group many{3};
    for (auto& each : many.letters) each.schema = schema;
    store.write_some(many.all);
    auto other = letter_of(9);
    store.write(other);
  }
  const auto found = ps::dead_letter_store{file}.list();
  REQUIRE(found.size() == 4);
  REQUIRE(found[0].schema);
  CHECK(found[0].schema->hash == "0123456789abcdef");
  CHECK(found[2].schema->description == R"({"type":"int"})");
  CHECK_FALSE(found[3].schema);
  execute(file, "INSERT INTO schemas VALUES ('another', '')");  // fails if there is no such table
}

TEST_CASE("files from before schemas are read and written, and readers from then go on",
          "[runtime][dead_letters]") {
  const scratch folder;
  const auto file = folder / "letters.sqlite";
  ps::dead_letter_store{file}.write(letter_of(1));
  execute(file, "ALTER TABLE dead_letters DROP COLUMN schema");
  execute(file, "DROP TABLE schemas");
  ps::dead_letter_store store{file};
  CHECK_FALSE(store.list().at(0).schema);
  // A writer from before has the file open at the same time.
  execute(file,
          "INSERT INTO dead_letters (graph, run, job, stage, op, item, attempt, exception_type, "
          "exception_text, archive, json, item_type, at_ns) VALUES ('g','r',1,'s','',2,1,'','','','','',1)");
  store.write(letter_of(3));
  CHECK(store.count() == 3);
}
