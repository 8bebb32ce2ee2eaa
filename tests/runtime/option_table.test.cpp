#include <penstock/runtime/option_table.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <penstock/runtime/runtime_options.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

bool is_value(const char* option, const char* text) {
  const auto* info = ps::find_stage_option(option);
  if (info == nullptr) info = ps::find_run_option(option);
  REQUIRE(info != nullptr);
  return ps::parse_option(*info, text).has_value();
}

}  // namespace

TEST_CASE("every name stands once among the options of stages and once among those of runs") {
  for (const auto& each : ps::option_table()) {
    CAPTURE(each.name);
    const auto* found =
        ps::is_run_option(each) ? ps::find_run_option(each.name) : ps::find_stage_option(each.name);
    CHECK(found == &each);
    CHECK_FALSE(each.doc.empty());
    CHECK_FALSE(each.default_text.empty());
  }
}

TEST_CASE("every default that is a number is one of the option's values") {
  for (const auto& each : ps::option_table()) {
    if (!each.default_number) continue;
    CAPTURE(each.name);
    CHECK(*each.default_number >= each.least);
    CHECK(*each.default_number <= each.most);
  }
  CHECK(ps::default_number("workers") == 1);
  CHECK(ps::default_number("capacity") == 4096);
  CHECK(ps::default_number("bytes") == 16 * 1024 * 1024);
  CHECK(ps::default_number("max_output") == 256);
  CHECK(ps::default_number("max_open") == 64);
  CHECK(ps::default_number("max_held") == 65536);
  CHECK_THROWS_AS(ps::default_number("pool"), std::logic_error);
}

TEST_CASE("the fields of runtime_options start with the defaults of the table") {
  const ps::runtime_options options;
  CHECK(options.threads == ps::find_run_option("threads")->default_number);
  CHECK(options.inactivity.count() == ps::find_run_option("inactivity")->default_number);
  CHECK(options.slow_body.count() == ps::find_run_option("slow-body")->default_number);
  CHECK(options.dead_letters == ps::find_run_option("dead-letters")->default_text);
  CHECK(options.replay.empty());
  CHECK(options.log_level == ps::find_run_option("log-level")->default_text);
  CHECK(options.report == ps::report_mode::none);
  CHECK(options.progress_on_terminal);
  CHECK(options.overrides.empty());
}

TEST_CASE("values of each kind are taken within their range and refused outside") {
  CHECK(is_value("workers", "1"));
  CHECK(is_value("workers", "4096"));
  for (const char* text : {"0", "-1", "4097", "many", "", "1.5", "2 "})
    CHECK_FALSE(is_value("workers", text));
  CHECK(is_value("bytes", "16MiB"));
  for (const char* text : {"0", "-1MiB", "9999TiB"}) CHECK_FALSE(is_value("bytes", text));
  CHECK(is_value("pool", "per_core"));
  for (const char* text : {"", "Blocking", "block", "cooperative|blocking", "inline"})
    CHECK_FALSE(is_value("pool", text));
  for (const char* text : {"true", "yes", "on", "false", "no", "off"}) CHECK(is_value("ordered", text));
  CHECK_FALSE(is_value("ordered", "perhaps"));
  CHECK(is_value("inactivity", "0"));
  CHECK(is_value("inactivity", "1.5s"));
  CHECK_FALSE(is_value("inactivity", "300d"));
  CHECK(is_value("dead-letters", "any text"));
  CHECK_FALSE(is_value("dead-letters", ""));
}

TEST_CASE("parsed values have the type of their kind") {
  CHECK(std::get<std::int64_t>(*ps::parse_option(*ps::find_stage_option("bytes"), "1KiB")) == 1024);
  CHECK(std::get<bool>(*ps::parse_option(*ps::find_stage_option("ordered"), "no")) == false);
  CHECK(std::get<std::string>(*ps::parse_option(*ps::find_stage_option("pool"), "blocking")) == "blocking");
  CHECK(std::get<std::int64_t>(*ps::parse_option(*ps::find_run_option("inactivity"), "5s")) == 5'000'000'000);
}

TEST_CASE("what is expected of a value is said in words") {
  CHECK(ps::expected(*ps::find_stage_option("workers")) == "a whole number from 1 to 4096");
  CHECK(ps::expected(*ps::find_stage_option("pool")) == "one of cooperative, blocking, per_core, isolated");
  CHECK(ps::expected(*ps::find_stage_option("bytes")) == "a size from 1B to 1024TiB, such as 16MiB");
  CHECK(ps::expected(*ps::find_run_option("inactivity")) == "a duration from 0s to 7d, such as 200ms");
}

TEST_CASE("a number that the program gives is checked by the same range") {
  CHECK(ps::option_problem("workers", 4) == std::nullopt);
  CHECK(ps::option_problem("workers", 0) == "workers(0): expected a whole number from 1 to 4096");
  CHECK(ps::option_problem("capacity", -5) == "capacity(-5): expected a whole number from 1 to 1000000000");
}

TEST_CASE("an option names the kinds of stages that take it") {
  const auto& workers = *ps::find_stage_option("workers");
  CHECK(ps::applies_to(workers, "sink"));
  CHECK_FALSE(ps::applies_to(workers, "source"));
  CHECK(ps::applies_to(*ps::find_stage_option("in_flight"), "source"));
  CHECK_FALSE(ps::applies_to(*ps::find_stage_option("in_flight"), "stage"));
  CHECK_FALSE(ps::applies_to(workers, ""));
}

TEST_CASE("a misspelt name is answered with the nearest one, a strange one with none") {
  const std::vector<std::string> names{"workers", "capacity", "bytes"};
  CHECK(ps::meant_name("wokers", names) == "workers");
  CHECK(ps::meant_name("capcity", names) == "capacity");
  CHECK(ps::meant_name("elephant", names).empty());
  CHECK(ps::meant_name("workers", {}).empty());
}
