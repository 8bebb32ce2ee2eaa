#include <penstock/runtime/describe.hpp>

#include <string>
#include <vector>

#include <penstock/penstock.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

int pass(int n) { return n; }
void nothing(const int&) {}

/// The line of a description that begins so.
std::string line_of(const std::string& text, const std::string& begin) {
  const auto at = text.find("\n  " + begin);
  if (at == std::string::npos) return {};
  return text.substr(at + 3, text.find('\n', at + 1) - at - 3);
}

bool mentions(const std::string& line, const std::string& part) {
  UNSCOPED_INFO("'" << line << "' should mention '" << part << "'");
  return line.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a description has a line for the graph and one for each node") {
  ps::graph g{"squares"};
  g.source("numbers", std::vector<int>{1}).stage("work", &pass).sink("end", &nothing);
  const auto text = ps::describe(g);
  CHECK(text.rfind("graph 'squares'\n", 0) == 0);
  CHECK_FALSE(line_of(text, "source 'numbers'").empty());
  CHECK_FALSE(line_of(text, "stage 'work'").empty());
  CHECK_FALSE(line_of(text, "sink 'end'").empty());
}

TEST_CASE("a stage's line says where its items come from, who works on them and what it may hold") {
  ps::graph g{"g"};
  const auto a = g.source("a", std::vector<int>{1});
  const auto b = g.source("b", std::vector<int>{1});
  ps::merge(a, b)
      .stage("work", &pass, ps::workers(3), ps::blocking, ps::ordered, ps::capacity(77))
      .sink("end", &nothing);
  const auto line = line_of(ps::describe(g), "stage 'work'");
  for (const char* part : {"'a'", "'b'", "3 x blocking", "ordered", "capacity 77 items"})
    CHECK(mentions(line, part));
}

TEST_CASE("fused operators stand in the line of what runs them") {
  ps::graph g{"g"};
  g.source("numbers", std::vector<int>{1})
      .map("double", &pass)
      .filter("some", [](int) { return true; })
      .sink("end", &nothing);
  CHECK(mentions(line_of(ps::describe(g), "source 'numbers'"), "| double | some"));
}

TEST_CASE("the memory bound names the stages whose items have no declared size") {
  ps::graph known{"known"};
  known.source("numbers", std::vector<int>{1}).sink("end", &nothing);
  CHECK_FALSE(line_of(ps::describe(known), "memory bound").empty());
  CHECK(ps::describe(known).find("max_item") == std::string::npos);
  ps::graph open{"open"};
  open.source("texts", std::vector<std::string>{"a"}).sink("end", [](const std::string&) {});
  const auto line = line_of(ps::describe(open), "memory bound");
  CHECK(mentions(line, "'end'"));
  CHECK(mentions(line, "max_item"));
}

TEST_CASE("a description shows settings from outside and refuses what a start would") {
  ps::graph g{"g"};
  g.source("numbers", std::vector<int>{1}).stage("work", &pass).sink("end", &nothing);
  ps::settings overrides;
  overrides.set("work.workers=9");
  CHECK(mentions(line_of(ps::describe(g, overrides), "stage 'work'"), "9 x"));
  overrides.set("nobody.workers=9");
  CHECK_THROWS_AS(ps::describe(g, overrides), ps::option_error);
}
