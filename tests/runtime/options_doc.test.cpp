// docs/options.md says the same as the table of options.

#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <penstock/runtime/byte_size.hpp>
#include <penstock/runtime/command_line.hpp>
#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/option_table.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

using row = std::vector<std::string>;

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::ifstream open_document() {
#ifdef PENSTOCK_SOURCE_DIR
  const std::filesystem::path root{PENSTOCK_SOURCE_DIR};
#else
  const auto root = std::filesystem::path{__FILE__}.parent_path().parent_path().parent_path();
#endif
  return std::ifstream{root / "docs" / "options.md"};
}

/// Rows of the tables whose heading begins with "option", without heading and rule; by their first cell
/// without quotes.
std::map<std::string, row> documented(const std::string& second_section) {
  auto file = open_document();
  REQUIRE(file);
  std::map<std::string, row> rows;
  std::string section;
  std::string line;
  bool in_table = false;
  while (std::getline(file, line)) {
    if (line.rfind("## ", 0) == 0) section = line.substr(3);
    if (line.rfind("| option |", 0) == 0) in_table = section == second_section;
    if (line.empty()) in_table = false;
    if (!in_table || line.rfind("| `", 0) != 0) continue;
    row cells;
    std::istringstream stream{line.substr(1)};
    for (std::string cell; std::getline(stream, cell, '|');) cells.push_back(trimmed(cell));
    const auto name = cells[0].substr(1, cells[0].size() - 2);
    REQUIRE(rows.emplace(name, cells).second);
  }
  return rows;
}

std::string type_of(const ps::option_info& option) {
  switch (option.kind) {
    case ps::option_kind::count:
      return "count";
    case ps::option_kind::bytes:
      return "bytes";
    case ps::option_kind::duration:
      return "duration";
    case ps::option_kind::flag:
      return "flag";
    case ps::option_kind::choice:
      return "choice";
    case ps::option_kind::text:
      break;
  }
  return "text";
}

std::string range_of(const ps::option_info& option) {
  switch (option.kind) {
    case ps::option_kind::count:
      return std::to_string(option.least) + " to " + std::to_string(option.most);
    case ps::option_kind::bytes:
      return ps::byte_size_text(option.least) + " to " + ps::byte_size_text(option.most);
    case ps::option_kind::duration:
      return ps::duration_text(std::chrono::nanoseconds{option.least}) + " to " +
             ps::duration_text(std::chrono::nanoseconds{option.most});
    case ps::option_kind::flag:
      return "true, false";
    case ps::option_kind::choice:
      return ps::expected(option).substr(std::string{"one of "}.size());
    case ps::option_kind::text:
      break;
  }
  return "not empty";
}

row start_of_row(const ps::option_info& option) {
  return {"`" + std::string{option.name} + "`", type_of(option), std::string{option.unit},
          std::string{option.default_text}, range_of(option)};
}

std::string upper_variable(const ps::option_info& option) {
  std::string name = "PENSTOCK_";
  for (const char c : option.name)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

TEST_CASE("docs/options.md lists every option of stages as the table declares it, and no other") {
  const auto rows = documented("Options of stages");
  std::size_t declared = 0;
  for (const auto& option : ps::option_table()) {
    if (ps::is_run_option(option)) continue;
    ++declared;
    CAPTURE(option.name);
    REQUIRE(rows.count(std::string{option.name}) == 1);
    auto expected = start_of_row(option);
    expected.insert(expected.end(), {std::string{option.applies_to}, std::string{option.doc}});
    CHECK(rows.at(std::string{option.name}) == expected);
  }
  CHECK(rows.size() == declared);
}

TEST_CASE("docs/options.md lists every option of runs with its flag and variable, and no other") {
  const auto rows = documented("Options of runs");
  std::size_t declared = 0;
  for (const auto& option : ps::option_table()) {
    if (!ps::is_run_option(option)) continue;
    ++declared;
    CAPTURE(option.name);
    REQUIRE(rows.count(std::string{option.name}) == 1);
    auto expected = start_of_row(option);
    expected.insert(expected.end(), {"`--" + std::string{option.name} + "`",
                                     "`" + upper_variable(option) + "`", std::string{option.doc}});
    CHECK(rows.at(std::string{option.name}) == expected);
    CHECK(ps::penstock_help().find(upper_variable(option)) != std::string::npos);
  }
  CHECK(rows.size() == declared);
}
