// Where the tags of runtime/options.hpp may stand, and what runtime/option_table.cpp says of it.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/runtime/holding_options.hpp>
#include <penstock/runtime/option_table.hpp>
#include <penstock/runtime/options.hpp>
#include <penstock/runtime/supervision_options.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

struct tag {
  std::string_view option;  ///< its name in the table
  unsigned places;
};

template <class Option>
tag tag_of(std::string_view option, const Option&) {
  return {option, Option::places};
}

std::vector<tag> tags() {
  return {tag_of("workers", ps::workers(1)),
          tag_of("capacity", ps::capacity(1)),
          tag_of("bytes", ps::bytes(1)),
          tag_of("pool", ps::cooperative),
          tag_of("pool", ps::blocking),
          tag_of("pool", ps::per_core),
          tag_of("pool", ps::isolated),
          tag_of("ordered", ps::ordered),
          tag_of("ordered", ps::unordered),
          tag_of("max_output", ps::max_output(1)),
          tag_of("max_item", ps::max_item(1)),
          tag_of("in_flight", ps::in_flight(1)),
          tag_of("replay", ps::replay(1)),
          tag_of("max_open", ps::max_open(1)),
          tag_of("max_held", ps::max_held(1)),
          tag_of("max_held_bytes", ps::max_held_bytes(1)),
          {"size", ps::on_chunk},  // what `chunk` is called with
          {"delay", ps::on_chunk},
          tag_of("timeout", ps::timeout(std::chrono::seconds{1})),
          tag_of("restarts", ps::restarts(1)),
          tag_of("shutdown", ps::shutdown(std::chrono::seconds{1})),
          tag_of("memory_limit", ps::memory_limit(1 << 20))};
}

const std::map<std::string_view, unsigned> kinds{{"source", ps::on_source}, {"stage", ps::on_stage},
                                                 {"sink", ps::on_sink},     {"scatter", ps::on_scatter},
                                                 {"gather", ps::on_gather}, {"chunk", ps::on_chunk}};

}  // namespace

TEST_CASE("the tags of an option may stand where the table says, and nowhere else") {
  std::map<std::string_view, unsigned> places;
  for (const tag& each : tags()) places[each.option] |= each.places;
  for (const auto& option : ps::option_table()) {
    if (ps::is_run_option(option)) continue;
    for (const auto& [kind, place] : kinds) {
      INFO(option.name << " of a " << kind);
      CHECK(ps::applies_to(option, kind) == ((places[option.name] & place) != 0));
    }
  }
}

TEST_CASE("every option of stages has a tag, and every tag is an option of stages") {
  std::map<std::string_view, int> count;
  for (const tag& each : tags()) {
    CAPTURE(each.option);
    CHECK(ps::find_stage_option(each.option) != nullptr);
    ++count[each.option];
  }
  for (const auto& option : ps::option_table()) {
    if (ps::is_run_option(option)) continue;
    CAPTURE(option.name);
    CHECK(count[option.name] > 0);
  }
}

TEST_CASE("the tags of a pool share their places, but a source is not one per core") {
  for (const tag& each : tags()) {
    if (each.option != "pool") continue;
    CHECK((each.places & ps::on_pool) == ps::on_pool);
  }
  CHECK((decltype(ps::per_core)::places & ps::on_source) == 0);
}
