#include "sqlite_file.hpp"

#include <sqlite3.h>

#include <fstream>
#include <string>

#include "../../tests/support/scratch_folder.hpp"

namespace fuzz {

std::filesystem::path sqlite_file(bytes content) {
  static const penstock_test::scratch_folder folder;
  for (const auto& old : std::filesystem::directory_iterator{folder.path()}) std::filesystem::remove(old);
  auto file = folder / "fuzzed.sqlite";
  std::ofstream{file, std::ios::binary} << text_of(content);
  return file;
}

void make_small(const std::filesystem::path& file) {
  sqlite3* opened = nullptr;
  const bool good = sqlite3_open(file.c_str(), &opened) == SQLITE_OK &&
                    sqlite3_exec(opened, "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM",
                                 nullptr, nullptr, nullptr) == SQLITE_OK;
  sqlite3_close(opened);
  require(good, "can't make " + file.string() + " small");
}

}  // namespace fuzz
