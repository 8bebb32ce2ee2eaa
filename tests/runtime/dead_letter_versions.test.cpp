// Programs of the state before schemas and of this one on one file of dead letters at the same time.

#include <penstock/runtime/dead_letter_store.hpp>

#include <penstock_test/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/letter_number.hpp>
#include <penstock/runtime/letter_groups.hpp>
#include <penstock/runtime/sqlite_connection.hpp>
#include <penstock_test/scratch_folder.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

using letter = ps::dead_letter_record;

letter letter_of(std::uint64_t item) {
  letter made;
  made.graph = "graph";
  made.run = "run";
  made.job = 3;
  made.stage = "upload";
  made.op = "checked";
  made.item = item;
  made.attempt = 2;
  made.exception_type = "std::runtime_error";
  made.exception_text = "it's broken";
  made.archive = {std::byte{1}, std::byte{0}, std::byte{0xff}};
  made.json = std::to_string(item);
  made.item_type = "tile";
  made.at_ns = 1'700'000'000'000'000'000;
  return made;
}

/// A file of letters as programs had it before schemas: their table, and the statements that they run.
class letters_before {
 public:
  using statement = ps::sqlite_connection::statement;

  explicit letters_before(const std::filesystem::path& file)
      : file_{file, ps::sqlite_connection::open_mode::create,
              [](const ps::sqlite_failure& failure) { throw std::runtime_error{failure.reason}; }} {
    file_.run("PRAGMA journal_mode = WAL");
    file_.run_script(
        "CREATE TABLE IF NOT EXISTS dead_letters ("
        " id INTEGER PRIMARY KEY, graph TEXT NOT NULL, run TEXT NOT NULL, job INTEGER NOT NULL,"
        " stage TEXT NOT NULL, op TEXT NOT NULL, item INTEGER NOT NULL, attempt INTEGER NOT NULL,"
        " exception_type TEXT NOT NULL, exception_text TEXT NOT NULL, archive BLOB NOT NULL,"
        " json TEXT NOT NULL, item_type TEXT NOT NULL, at_ns INTEGER NOT NULL,"
        " replayed_ns INTEGER NOT NULL DEFAULT 0, UNIQUE (graph, run, job, stage, op, item, attempt))");
  }

  void write(const letter& of) {
    statement insert{file_,
                     "INSERT INTO dead_letters (graph, run, job, stage, op, item, attempt, exception_type,"
                     " exception_text, archive, json, item_type, at_ns) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
                     " ON CONFLICT (graph, run, job, stage, op, item, attempt) DO NOTHING"};
    insert.bind(of.graph).bind(of.run).bind(static_cast<std::int64_t>(of.job)).bind(of.stage).bind(of.op);
    insert.bind(static_cast<std::int64_t>(of.item)).bind(std::int64_t{of.attempt}).bind(of.exception_type);
    insert.bind(of.exception_text).bind(of.archive).bind(of.json).bind(of.item_type).bind(of.at_ns).step();
  }

  std::vector<letter> list() {
    statement row{file_,
                  "SELECT id, graph, run, job, stage, op, item, attempt, exception_type, exception_text,"
                  " archive, json, item_type, at_ns, replayed_ns FROM dead_letters ORDER BY id"};
    std::vector<letter> found;
    while (row.step()) {
      letter& each = found.emplace_back();
      each.id = row.number();
      each.graph = row.text();
      each.run = row.text();
      each.job = static_cast<std::uint64_t>(row.number());
      each.stage = row.text();
      each.op = row.text();
      each.item = static_cast<std::uint64_t>(row.number());
      each.attempt = static_cast<int>(row.number());
      each.exception_type = row.text();
      each.exception_text = row.text();
      each.archive = row.blob();
      each.json = row.text();
      each.item_type = row.text();
      each.at_ns = row.number();
      each.replayed_ns = row.number();
    }
    return found;
  }

  std::vector<std::int64_t> to_replay() {
    statement select{file_, "SELECT id FROM dead_letters WHERE graph = ? AND replayed_ns = 0 ORDER BY id"};
    select.bind("graph");
    std::vector<std::int64_t> ids;
    while (select.step()) ids.push_back(select.number());
    return ids;
  }
  void mark_replayed(std::int64_t id) {
    statement update{file_, "UPDATE dead_letters SET replayed_ns = ? WHERE id = ?"};
    update.bind(std::int64_t{77}).bind(id).step();
  }
  bool remove(std::int64_t id) {
    statement{file_, "DELETE FROM dead_letters WHERE id = ?"}.bind(id).step();
    return file_.changes() > 0;
  }

 private:
  ps::sqlite_connection file_;
};

struct mixed_letters {
  mixed_letters() {
    if (made_by_older) letters_before{path};
  }
  const bool made_by_older = GENERATE(true, false);
  const scratch_folder folder;
  const std::filesystem::path path = folder / "letters.sqlite";
};

ps::item_schema_ref a_schema() {
  return std::make_shared<const ps::item_schema>(ps::item_schema{"0123456789abcdef", R"({"format":1})"});
}

void check_same(const letter& read, const letter& written) {
  CHECK(read.graph == written.graph);
  CHECK(read.run == written.run);
  CHECK(read.job == written.job);
  CHECK(read.stage == written.stage);
  CHECK(read.op == written.op);
  CHECK(read.item == written.item);
  CHECK(read.attempt == written.attempt);
  CHECK(read.exception_type == written.exception_type);
  CHECK(read.exception_text == written.exception_text);
  CHECK(read.archive == written.archive);
  CHECK(read.json == written.json);
  CHECK(read.item_type == written.item_type);
  CHECK(read.at_ns == written.at_ns);
}

std::vector<std::int64_t> ids_to_replay(const ps::dead_letter_store& store) {
  std::vector<std::int64_t> ids;
  for (const ps::open_letter& each : store.to_replay("graph")) ids.push_back(each.id);
  return ids;
}

}  // namespace

TEST_CASE("a letter that an older program wrote is read by a newer one, and the other way round",
          "[runtime][dead_letters]") {
  const mixed_letters file;
  ps::dead_letter_store newer{file.path};
  letters_before older{file.path};
  older.write(letter_of(1));
  auto with_schema = letter_of(2);
  with_schema.schema = a_schema();
  newer.write(with_schema);
  older.write(letter_of(3));

  const auto by_newer = newer.list();
  const auto by_older = older.list();
  REQUIRE(by_newer.size() == 3);
  REQUIRE(by_older.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    INFO("letter " << i);
    check_same(by_newer[i], letter_of(i + 1));
    check_same(by_older[i], letter_of(i + 1));
    CHECK(by_newer[i].id == by_older[i].id);
  }
  CHECK_FALSE(by_newer[0].schema);
  REQUIRE(by_newer[1].schema);
  CHECK(by_newer[1].schema->hash == a_schema()->hash);
  CHECK_FALSE(by_newer[2].schema);
}

TEST_CASE("a letter of an item and attempt is kept once, whichever program is the second to write it",
          "[runtime][dead_letters]") {
  const mixed_letters file;
  ps::dead_letter_store newer{file.path};
  letters_before older{file.path};
  older.write(letter_of(1));
  newer.write(letter_of(1));
  newer.write(letter_of(2));
  older.write(letter_of(2));
  CHECK(newer.count() == 2);
}

TEST_CASE("letters of several outputs of an item are several to an older program too",
          "[runtime][dead_letters]") {
  const mixed_letters file;
  ps::dead_letter_store newer{file.path};
  letters_before older{file.path};
  for (std::uint64_t output = 0; output < 3; ++output)
    newer.write(letter_of(ps::letter_number::of(5, output)->written()));
  const auto found = older.list();
  REQUIRE(found.size() == 3);
  CHECK(found[0].item == 5);
  CHECK(found[1].item != found[2].item);
}

TEST_CASE("what one program replayed or removed is so for the other", "[runtime][dead_letters]") {
  const mixed_letters file;
  ps::dead_letter_store newer{file.path};
  letters_before older{file.path};
  for (std::uint64_t item = 1; item <= 4; ++item)
    item % 2 == 0 ? newer.write(letter_of(item)) : older.write(letter_of(item));
  CHECK(ids_to_replay(newer) == older.to_replay());
  newer.mark_replayed(1);
  older.mark_replayed(2);
  CHECK(ids_to_replay(newer) == std::vector<std::int64_t>{3, 4});
  CHECK(older.to_replay() == std::vector<std::int64_t>{3, 4});
  CHECK(newer.remove(3));
  CHECK(older.remove(4));
  CHECK(newer.to_replay("graph").empty());
  CHECK(older.list().size() == 2);
  CHECK(newer.list().at(1).replayed_ns == 77);
}
