#include <penstock/runtime/plan_chunks.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/option_table.hpp>

namespace penstock {

namespace {

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t most_jobs = 1'000'000'000;  ///< as of the option in_flight

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return b > 0 && a > unlimited / b ? unlimited : a * b;
}

/// Items that a stage takes for one that it puts out, as far as that is known: of a chunk stage whose chunks
/// are not taken apart again.
std::uint64_t taken_for_one(const stage_plan& stage) {
  return stage.chunk.size > 0 && !stage.one_to_many ? stage.chunk.size : 1;
}

std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return a > unlimited - b ? unlimited : a + b; }

/// Items that may come to a member, and leave it, while its source can give no more.
struct reach {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
};

/// By member; of one source, as all others may have ended.
std::vector<reach> reach_of(const run_plan& plan, std::size_t from) {
  std::vector<reach> all(plan.members.size());
  const source_plan& source = plan.sources[plan.members[from].index];
  all[from].out = source.in_flight == 0 || source.expands ? unlimited : source.in_flight;
  for (std::size_t i = 0; i < plan.members.size(); ++i) {
    const run_plan::member& member = plan.members[i];
    if (member.is_source) continue;
    const stage_plan& stage = plan.stages[member.index];
    reach& here = all[i];
    for (const std::size_t input : member.inputs) here.in = plus(here.in, all[input].out);
    if (here.in == 0) continue;
    const bool multiplies = stage.one_to_many || stage.scatter || stage.gather;
    here.out = multiplies ? unlimited : here.in;
    const bool fills = stage.chunk.size > 0 && stage.chunk.delay == 0 && !stage.chunk.keyed;
    if (fills && !multiplies && here.in != unlimited) here.out = here.in / stage.chunk.size;
  }
  return all;
}

/// `in`: items that may lie in its chunks while one of its sources can give no more.
void check_chunk(const run_plan& plan, std::size_t member, std::uint64_t in) {
  const chunk_plan& chunk = plan.stages[plan.members[member].index].chunk;
  if (chunk.size == 0 || chunk.delay > 0) return;
  const std::uint64_t needed = chunk.keyed && chunk.size > 1 ? std::uint64_t{chunk.max_held} + 1 : chunk.size;
  if (in >= needed) return;
  const std::string said = "chunk(" + std::to_string(chunk.size) + ") ";
  const std::string jobs = " jobs are in flight before it";
  throw option_error(
      "graph '" + plan.graph + "', chunk '" + plan.members[member].name + "': " + said +
      (chunk.keyed
           ? "for each key could wait for ever: only " + std::to_string(in) + jobs +
                 ", and they may all lie in chunks that are not full; give it a delay, or a max_held "
                 "below in_flight"
           : "could never be full: only " + std::to_string(in) + jobs +
                 "; give it a delay, or the source in_flight(" + std::to_string(chunk.size) + ") or more"));
}

}  // namespace

chunk_plan plan_chunk(const std::string& graph, const graph_node& node, const option_reader& value) {
  const node_options& given = node.options;
  chunk_plan chunk;
  chunk.size = static_cast<std::uint32_t>(value("size", given.size).value_or(1));
  chunk.delay = value("delay", given.delay).value_or(0);
  chunk.keyed = node.keyed_chunks;
  const std::int64_t usual = std::max(default_number("max_held"), std::int64_t{chunk.size});
  chunk.max_held = static_cast<std::uint32_t>(value("max_held", given.max_held).value_or(usual));
  chunk.max_held_bytes = static_cast<std::uint64_t>(
      value("max_held_bytes", given.max_held_bytes).value_or(default_number("max_held_bytes")));
  chunk.make_items = node.make_chunk_items;
  if (chunk.size <= chunk.max_held) return chunk;
  throw option_error("graph '" + graph + "', chunk '" + node.name + "': chunk(" + std::to_string(chunk.size) +
                     ") is never full with max_held = " + std::to_string(chunk.max_held) +
                     ", which must be as large at least");
}

void check_chunk_call(const std::string& graph, const graph_node& node, const std::string& option,
                      std::int64_t given) {
  if (option != "size" && option != "delay") return;
  if (!option_problem(option, given)) return;
  const std::string value = option == "size"
                                ? "chunk(" + std::to_string(given) + ")"
                                : "chunk(" + std::to_string(node.options.size.value_or(0)) + ", " +
                                      duration_text(std::chrono::nanoseconds{given}) + ")";
  throw option_error("graph '" + graph + "', chunk '" + node.name + "': " + value + ": expected " +
                     expected(*find_stage_option(option)));
}

void connect_chunks(run_plan& plan) {
  for (std::size_t i = 0; i < plan.members.size(); ++i) {
    if (plan.members[i].is_source) continue;
    chunk_plan& chunk = plan.stages[plan.members[i].index].chunk;
    if (chunk.size == 0 || chunk.delay == 0) continue;
    const std::uint64_t enough =
        chunk.keyed ? chunk.max_held : std::min<std::uint64_t>(2ULL * chunk.size, chunk.max_held);
    // By member: items that it puts out for so many here.
    std::map<std::size_t, std::uint64_t> upstream;
    for (const std::size_t input : plan.members[i].inputs) upstream[input] = enough;
    for (auto each = i; each-- > 0;) {
      const auto found = upstream.find(each);
      if (found == upstream.end()) continue;
      const run_plan::member& member = plan.members[each];
      if (!member.is_source) {
        const auto needed = times(found->second, taken_for_one(plan.stages[member.index]));
        for (const std::size_t input : member.inputs) upstream[input] = std::max(upstream[input], needed);
        continue;
      }
      source_plan& source = plan.sources[member.index];
      if (source.most_in_flight == 0) continue;
      if (!source.growth) source.growth = make_ref<growth_link>();
      const auto most = static_cast<std::uint32_t>(std::min(found->second, most_jobs));
      source.most_in_flight = std::max(source.most_in_flight, most);
      chunk.sources.push_back(source.growth);
    }
  }
}

void check_chunks(const run_plan& plan) {
  for (std::size_t source = 0; source < plan.members.size(); ++source) {
    if (!plan.members[source].is_source) continue;
    const auto reach = reach_of(plan, source);
    for (std::size_t i = 0; i < plan.members.size(); ++i) {
      if (reach[i].in > 0 && !plan.members[i].is_source) check_chunk(plan, i, reach[i].in);
    }
  }
}

}  // namespace penstock
