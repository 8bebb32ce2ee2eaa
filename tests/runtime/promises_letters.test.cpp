// What the guide promises of dead letters, over forms of bodies, operators, pools and sources: each item that
// is given up is in the file once, as often as the figures say, and there before its job is acknowledged.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

constexpr int jobs = 120;
constexpr int outputs = 3;

/// One body in five fails, one output in three.
int check_job(int n) { return n % 5 == 0 ? throw broken_item{"five"} : n; }
int check_output(int n) { return n % 3 == 0 ? throw broken_item{"three"} : n; }

std::vector<int> outputs_of(int n) {
  std::vector<int> all;
  for (int i = 0; i < outputs; ++i) all.push_back(10 * n + i);
  return all;
}

// Bodies of all forms, which fail with `check_job`.
int one(int n) { return check_job(n); }
std::optional<int> maybe(int n) { return check_job(n) % 2 == 0 ? std::optional{n} : std::nullopt; }
std::vector<int> many(int n) { return outputs_of(check_job(n)); }
ps::generator<int> lazy_outputs(int n) {
  for (const int each : outputs_of(n)) co_yield int{each};
}
ps::generator<int> lazy(int n) { return lazy_outputs(check_job(n)); }
struct holding {
  std::vector<int> held;
  std::vector<int> operator()(int n) {
    held.push_back(check_job(n));
    return outputs_of(n);
  }
  std::vector<int> on_end() { return std::move(held); }
};

const auto to_letter = ps::on_error(ps::dead_letter());

/// Numbers that are acknowledged, each only once its letters are in the file.
struct careful_queue {
  std::shared_ptr<const std::filesystem::path> file;
  std::shared_ptr<std::map<std::uint64_t, std::size_t>> letters;  ///< in the file at the verdict, by job
  int next = 0;

  std::optional<int> operator()() {
    if (next == jobs) return std::nullopt;
    return next++;
  }
  void ack(const int& job) {
    const auto number = static_cast<std::uint64_t>(job) + 1;
    std::size_t found = 0;
    try {
      for (const auto& each : ps::dead_letter_store::existing(*file).list())
        found += each.job == number ? 1 : 0;
    } catch (const ps::dead_letter_store_error&) {
      // There is no letter yet, or the file is just being made for the first.
    }
    (*letters)[number] = found;
  }
};

enum class form { one, maybe, many, lazy, holding };
enum class chain { none, map, filter, flat_map, on_source };

struct setting {
  form body;
  chain operators;
  const char* pool;
  int workers;
  bool stage_letters;  ///< the stage's own body has a policy with letters too
  bool keyed;
};

template <class S, class Body>
ps::stream<int> add_stage(const S& from, Body body, const setting& how) {
  // Without letters of its own its failures are left out, and operators keep what they get.
  if (how.keyed) {
    const auto keyed = from.by_key([](int n) { return n % 7; });
    return how.stage_letters
               ? keyed.stage("work", std::move(body), ps::loses_held_items, to_letter)
               : keyed.stage("work", std::move(body), ps::loses_held_items, ps::on_error(ps::skip()));
  }
  return how.stage_letters
             ? from.stage("work", std::move(body), ps::loses_held_items, to_letter)
             : from.stage("work", std::move(body), ps::loses_held_items, ps::on_error(ps::skip()));
}

ps::stream<int> add_stage(const ps::stream<int>& from, const setting& how) {
  switch (how.body) {
    case form::one:
      return add_stage(from, &one, how);
    case form::maybe:
      return add_stage(from, &maybe, how);
    case form::many:
      return add_stage(from, &many, how);
    case form::lazy:
      return add_stage(from, &lazy, how);
    case form::holding:
      return add_stage(from, holding{}, how);
  }
  return from;
}

ps::stream<int> refine(const ps::stream<int>& from, chain with) {
  switch (with) {
    case chain::map:
      return from.map("check", &check_output, to_letter);
    case chain::filter:
      return from.filter(
          "check", [](int n) { return check_output(n) >= 0; }, to_letter);
    case chain::flat_map:
      return from.flat_map(
          "check", [](int n) { return std::vector<int>(2, check_output(n)); }, to_letter);
    case chain::none:
    case chain::on_source:
      break;
  }
  return from;
}

/// Letters that there must be, by their stage and operator.
std::map<std::pair<std::string, std::string>, std::size_t> expected(const setting& how) {
  std::map<std::pair<std::string, std::string>, std::size_t> found;
  std::vector<int> held;
  const auto look_at = [&](int output) {
    const bool checked = how.operators != chain::none && how.operators != chain::on_source;
    if (checked && output % 3 == 0) ++found[{"work", "check"}];
  };
  for (int n = 0; n < jobs; ++n) {
    if (how.operators == chain::on_source && n % 3 == 0) {
      ++found[{"pull", "check"}];
    } else if (n % 5 == 0) {
      if (how.stage_letters) ++found[{"work", ""}];
    } else if (how.body == form::one || (how.body == form::maybe && n % 2 == 0)) {
      look_at(n);
    } else if (how.body != form::maybe) {
      for (const int each : outputs_of(n)) look_at(each);
      if (how.body == form::holding) held.push_back(n);
    }
  }
  for (const int each : held) look_at(each);
  return found;
}

void try_out(const setting& how) {
  const scratch_folder folder;
  const auto file = std::make_shared<const std::filesystem::path>(folder / "letters.sqlite");
  const auto at_verdict = std::make_shared<std::map<std::uint64_t, std::size_t>>();
  ps::graph g{"letters"};
  ps::stream<int> from = g.source("pull", careful_queue{file, at_verdict});
  if (how.operators == chain::on_source) from = from.map("check", &check_output, to_letter);
  refine(add_stage(from, how), how.operators).sink("end", [](int) {});
  ps::runtime_options options;
  options.dead_letters = file->string();
  options.overrides.set("work", "pool", how.pool);
  options.overrides.set("work", "workers", std::to_string(how.workers));
  const auto told = run_to_end(g, options);

  const auto letters = std::filesystem::exists(*file) ? ps::dead_letter_store{*file}.list()
                                                      : std::vector<ps::dead_letter_record>{};
  std::map<std::pair<std::string, std::string>, std::size_t> written;
  std::map<std::string, std::uint64_t> by_stage;
  std::map<std::uint64_t, std::size_t> by_job;
  std::set<std::tuple<std::string, std::string, std::uint64_t>> numbers;
  for (const auto& each : letters) {
    ++written[{each.stage, each.op}];
    ++by_stage[each.stage];
    ++by_job[each.job];
    numbers.insert({each.stage, each.op, each.item});
    CHECK_FALSE(each.archive.empty());
  }
  CHECK(written == expected(how));
  CHECK(numbers.size() == letters.size());
  for (const auto& stage : told.stages) CHECK(stage.dead_letters == by_stage[stage.name]);
  // What `on_end` emits is of no job.
  by_job.erase(0);
  for (const auto& [job, count] : *at_verdict) {
    INFO("job " << job);
    CHECK(by_job[job] == count);
  }
  CHECK(at_verdict->size() == jobs);
}

}  // namespace

TEST_CASE("each item that is given up is in the file once, and there before its job is acknowledged",
          "[engine][letters][property]") {
  const std::pair<const char*, int> pools[] = {
      {"cooperative", 1}, {"cooperative", 3}, {"blocking", 1}, {"blocking", 3}, {"per_core", 2}};
  unsigned turn = 0;
  for (const form body : {form::one, form::maybe, form::many, form::lazy, form::holding}) {
    for (const chain operators :
         {chain::none, chain::map, chain::filter, chain::flat_map, chain::on_source}) {
      for (const auto& [pool, workers] : pools) {
        const setting how{body, operators, pool, workers, turn % 3 != 0, turn % 4 == 1};
        ++turn;
        INFO("body " << static_cast<int>(body) << ", operators " << static_cast<int>(operators) << ", pool "
                     << pool << " of " << workers << ", letters of the stage " << how.stage_letters
                     << ", by key " << how.keyed);
        try_out(how);
      }
    }
  }
}
