#include <penstock/connectors/sqlite_schemas.hpp>

#include <algorithm>
#include <sstream>

namespace penstock {

namespace {

using statement = sqlite_connection::statement;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

void sqlite_schemas::keep(const item_schema& schema) {
  statement insert{file_, "INSERT OR IGNORE INTO schemas (hash, description) VALUES (?, ?)"};
  insert.bind(schema.hash).bind(schema.description).step();
}

item_schema_ref sqlite_schemas::of(const std::string& hash) {
  if (hash.empty()) return nullptr;
  if (const auto found = known_.find(hash); found != known_.end()) return found->second;
  statement select{file_, "SELECT description FROM schemas WHERE hash = ?"};
  const bool is_there = select.bind(hash).step();
  auto made = std::make_shared<const item_schema>(item_schema{hash, is_there ? select.text() : ""});
  if (is_there) known_.emplace(hash, made);
  return made;
}

std::vector<std::int64_t> sqlite_schemas::sets(std::string_view reader, bool with) {
  std::vector<std::int64_t> found;
  // Few: one for each mixture of versions that jobs have met.
  statement select{file_, "SELECT id FROM reader_sets WHERE (instr(readers, ?) > 0) = ? ORDER BY id"};
  select.bind(reader).bind(std::int64_t{with});
  while (select.step()) found.push_back(select.number());
  return found;
}

std::vector<std::int64_t> sqlite_schemas::sets_without(std::string_view reader) {
  std::vector<std::int64_t> found{0};
  if (reader.empty()) {
    statement select{file_, "SELECT id FROM reader_sets ORDER BY id"};
    while (select.step()) found.push_back(select.number());
    return found;
  }
  const auto more = sets(reader, false);
  found.insert(found.end(), more.begin(), more.end());
  return found;
}

std::vector<std::int64_t> sqlite_schemas::sets_with(std::string_view reader) {
  return reader.empty() ? std::vector<std::int64_t>{} : sets(reader, true);
}

std::int64_t sqlite_schemas::set_with(std::int64_t set, std::string_view reader) {
  auto readers = readers_of(set);
  const auto place = std::lower_bound(readers.begin(), readers.end(), reader);
  if (place != readers.end() && *place == reader) return set;
  readers.insert(place, std::string{reader});
  std::string all;
  for (const auto& each : readers) all += (all.empty() ? "" : " ") + each;
  {
    statement select{file_, "SELECT id FROM reader_sets WHERE readers = ?"};
    if (select.bind(all).step()) return select.number();
  }
  file_.run(
      "DELETE FROM reader_sets WHERE NOT EXISTS"
      " (SELECT 1 FROM jobs INDEXED BY jobs_unread WHERE unread_by > 0 AND unread_by = reader_sets.id)");
  statement insert{file_, "INSERT INTO reader_sets (readers) VALUES (?) RETURNING id"};
  insert.bind(all).step();
  const auto made = insert.number();
  insert.step();
  return made;
}

std::vector<std::string> sqlite_schemas::readers_of(std::int64_t set) {
  if (set == 0) return {};
  statement select{file_, "SELECT readers FROM reader_sets WHERE id = ?"};
  select.bind(set);
  return select.step() ? words_of(select.text()) : std::vector<std::string>{};
}

}  // namespace penstock
