#include <penstock/runtime/text_table.hpp>

#include <stdexcept>

#include <penstock_test/catch.hpp>

using penstock::cut_to_width;
using penstock::text_table;
using penstock::text_width;

TEST_CASE("columns are as wide as their widest cell, numbers stand at the right") {
  text_table table{{{"stage"}, {"in", true}, {"note"}}};
  table.add({"a", "1,000", "x"});
  table.add({"a longer one", "7"});
  CHECK(table.text() ==
        "stage            in  note\n"
        "a             1,000  x\n"
        "a longer one      7\n");
}

TEST_CASE("width counts characters, not bytes") {
  CHECK(text_width("Fähre") == 5);
  text_table table{{{"ä"}, {"b"}}};
  table.add({"xx", "1"});
  table.add({"éé", "2"});
  CHECK(table.text() == "ä   b\nxx  1\néé  2\n");
}

TEST_CASE("a text is cut between characters and ends in a mark") {
  CHECK(cut_to_width("short", 5) == "short");
  CHECK(cut_to_width("longer", 5) == "long…");
  CHECK(cut_to_width("äöüäöü", 3) == "äö…");
  CHECK(cut_to_width("ab", 1) == "…");
  CHECK(cut_to_width("ab", 0).empty());
}

TEST_CASE("a row with more cells than columns is an error of the program") {
  text_table table{{{"only"}}};
  CHECK_THROWS_AS(table.add({"one", "two"}), std::logic_error);
}
