#include <penstock/runtime/crash_note.hpp>

#include <penstock_test/catch.hpp>

#include <memory>

namespace ps = penstock;

namespace {

std::unique_ptr<ps::crash_note> empty_note() { return std::make_unique<ps::crash_note>(); }

}  // namespace

TEST_CASE("nothing is said of a process that wrote nothing") { CHECK(ps::read_crash(*empty_note()).empty()); }

TEST_CASE("a reason is kept, and cut where there is no more room") {
  const auto note = empty_note();
  ps::note_reason(*note, "it wanted to");
  CHECK(ps::read_crash(*note) == "it wanted to");
  ps::note_reason(*note, std::string(5000, 'x').c_str());
  CHECK(ps::read_crash(*note).size() == note->words.size());
}

TEST_CASE("addresses of a stack are told by the file that they lie in") {
  const auto note = empty_note();
  note->loaded[0].base = 0x1000;
  note->loaded[0].end = 0x9000;
  std::string{"/lib/libthing.so.1"}.copy(note->loaded[0].name.data(), note->loaded[0].name.size() - 1);
  note->modules = 1;
  note->addresses = {0x1234, 0xa000};
  note->frames = 2;
  CHECK(ps::read_crash(*note) == "stack: libthing.so.1+0x234 < 0xa000");
}

TEST_CASE("a note that the crash has spoilt is read all the same") {
  const auto note = empty_note();
  note->frames = ~0u;
  note->modules = ~0u;
  note->said = ~0u;
  note->words.fill('x');
  for (auto& each : note->loaded) each.name.fill('y');
  CHECK_FALSE(ps::read_crash(*note).empty());
}

TEST_CASE("an address that could not be used is told, address 0 too") {
  const auto note = empty_note();
  note->has_fault = 1;
  CHECK(ps::read_crash(*note) == "no access to address 0x0");
  ps::note_reason(*note, "it wanted to");
  note->fault = 0x1234;
  CHECK(ps::read_crash(*note) == "it wanted to; no access to address 0x1234");
}
