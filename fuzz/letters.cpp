// A file opened as dead letters, looked at, replayed from and written to.

#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock/runtime/letter_groups.hpp>

#include "support/bytes.hpp"
#include "support/sqlite_file.hpp"

namespace {

namespace ps = penstock;

void look_at(const std::filesystem::path& file) {
  auto letters = ps::dead_letter_store::existing(file);
  letters.count();
  for (const auto& each : letters.list()) letters.find(each.id);
  for (const auto& each : letters.to_replay("graph")) letters.mark_replayed(each.id);
  letters.remove(1);
}

void write_to(const std::filesystem::path& file) {
  ps::dead_letter_store letters{file};
  ps::dead_letter_record letter;
  letter.graph = "graph";
  letter.stage = "stage";
  letter.exception_text = "broken";
  letters.write(letter);
  letters.list();
}

}  // namespace

PENSTOCK_FUZZ_TARGET(input) {
  const auto file = fuzz::sqlite_file(input);
  for (auto* use : {look_at, write_to}) {
    try {
      use(file);
    } catch (const ps::dead_letter_error&) {
      // refused, as a file that is broken has to be
    }
  }
}
