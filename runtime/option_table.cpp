#include <penstock/runtime/option_table.hpp>

#include <algorithm>
#include <stdexcept>

#include <penstock/messages/nearest_name.hpp>
#include <penstock/runtime/byte_size.hpp>
#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/literals.hpp>
#include <penstock/runtime/number_text.hpp>

namespace penstock {

namespace {

constexpr std::string_view every_pool = "source, stage, sink, scatter, gather";
constexpr std::string_view every_consumer = "stage, sink, scatter, gather, chunk, chain";
constexpr std::string_view every_producer = "source, stage, scatter, gather, chunk, chain";
constexpr std::string_view run = "run";
constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t most_bytes = std::int64_t{1} << 50;
constexpr std::int64_t week = 7 * 24 * 3600 * 1000 * million;

std::vector<option_info> make_table() {
  using kind = option_kind;
  const auto none = std::optional<std::int64_t>{};
  return {
      // of stages
      {"workers", kind::count, "workers", 1, 4096, "", 1, "1", "stage, sink, scatter, gather",
       "How many items the stage works on at a time."},
      {"capacity", kind::count, "items", 1, 1000 * million, "", 4096, "4096", every_consumer,
       "Items that the stage may have at a time: queued, in work, or finished and not yet taken on by the "
       "next stage."},
      {"bytes", kind::bytes, "bytes", 1, most_bytes, "", 16 << 20, "16MiB", every_consumer,
       "Weight of the items that the stage may have at a time; an item heavier than that passes alone."},
      {"pool", kind::choice, "", 0, 0, "cooperative|blocking|per_core|isolated", none, "cooperative",
       every_pool,
       "Where bodies run: on the threads that all stages share, on a thread of each worker's own, on one "
       "thread per core, or in a process of each worker's own (the last two not of a source)."},
      {"ordered", kind::flag, "", 0, 1, "", none, "true for one worker, else false", "stage, scatter, gather",
       "Whether results leave in the order in which their items came in; not behind by_key, which keeps the "
       "order of each key."},
      {"max_output", kind::count, "items", 1, 1000 * million, "", 256,
       "none; 256 where a generator's items are kept", every_producer,
       "Results of one item; an item with more fails. Needed where a body with many results per item is "
       "tried again. Where operators behind it make many of one, the limit holds for them too; a source's is "
       "for them alone."},
      {"max_item", kind::bytes, "bytes", 1, most_bytes, "", none, "none", every_producer,
       "Heaviest result; a heavier one fails its item."},
      {"in_flight", kind::count, "jobs", 1, 1000 * million, "", none,
       "2 x the widest pool if the source acknowledges, else none", "source",
       "Jobs (items of the source) of which something may be alive at a time. Where nobody says, it grows "
       "while "
       "chunks leave short by their delay and jobs reach them within a second."},
      {"replay", kind::count, "times", 0, million, "", none, "none", "source",
       "How often an item is given out again of which something was lost, for sources that can't ask their "
       "origin "
       "again; it is kept until then."},
      {"max_open", kind::count, "jobs", 1, 1000 * million, "", 64, "in_flight of the source, else 64",
       "scatter", "Jobs that may be scattered and not yet gathered at a time."},
      {"max_held", kind::count, "items", 1, 1000 * million, "", 65536, "65536", "gather, chunk",
       "Pieces of one job that wait for the rest of it; a piece beyond them fails its job. Of a chunk: items "
       "in chunks that are not full; before one beyond them the oldest chunk leaves short."},
      {"max_held_bytes", kind::bytes, "bytes", 1, most_bytes, "", 64 << 20, "64MiB", "chunk",
       "Weight of the items in chunks that are not full; before one beyond it the oldest chunk leaves "
       "short."},
      {"size", kind::count, "items", 1, 1000 * million, "", none, "as in the program", "chunk",
       "Items of a full chunk."},
      {"delay", kind::duration, "time", million, week, "", none, "as in the program", "chunk",
       "How long the first item of a chunk waits at most; then the chunk leaves short."},
      {"timeout", kind::duration, "time", million, week, "", none, "none", "stage, sink, scatter, gather",
       "How long the body may take for an item; a later one fails with timeout_error, and its worker is "
       "replaced. For blocking, per_core and isolated pools."},
      {"restarts", kind::count, "restarts", 0, million, "", none, "3 for each worker, at least 10",
       "stage, sink, scatter, gather",
       "How often workers of the stage may crash or hang in a minute (or another window) before the run "
       "fails."},
      {"shutdown", kind::duration, "time", million, week, "", none, "5s for a restart, 600ms for an abort",
       "stage, sink, scatter, gather",
       "How long bodies in work get to end when their group restarts (then the run fails) or the run was "
       "aborted "
       "(then it goes on without them)."},
      {"memory_limit", kind::bytes, "bytes", 1 << 20, most_bytes, "", none, "none",
       "stage, sink, scatter, gather",
       "Memory of its own that the process of an isolated worker may have; one that needs more is replaced."},

      // of runs
      {"threads", kind::count, "threads", 0, 1024, "", 0, "0 (one per core)", run,
       "Threads that all cooperative workers share."},
      {"dead-letters", kind::text, "", 0, 0, "", none, "penstock-dead-letters.sqlite", run,
       "SQLite file for dead letters, made when the first is written."},
      {"replay", kind::text, "", 0, 0, "", none, "none", run,
       "File of dead letters that are given to the stages they came from, instead of asking the sources."},
      {"replay-ids", kind::text, "", 0, 0, "", none, "none (all)", run,
       "Numbers of the dead letters to replay, with commas: 3,17."},
      {"inactivity", kind::duration, "time", 0, week, "", 0, "0 (no limit)", run,
       "A run in which no item moves for so long fails, be it that a body works or a source waits."},
      {"slow-body", kind::duration, "time", 0, week, "", 1000 * million, "1s", run,
       "A cooperative body that holds one of the threads which all stages share for longer is named in the "
       "log "
       "(0: none is looked for)."},
      {"drain", kind::duration, "time", 0, week, "", 30'000 * million, "30s", run,
       "How long a drain that a signal began may take; jobs that are not done by then are refused (0: no "
       "limit)."},
      {"report", kind::choice, "", 0, 0, "none|table|json", none, "none", run,
       "What is printed when a run has ended; the flag alone means table."},
      {"log-level", kind::choice, "", 0, 0, "quiet|error|warning|info|debug", none, "warning", run,
       "The least important kind of line that is logged."},
      {"progress", kind::flag, "", 0, 1, "", 1, "true", run,
       "Whether a line per stage is shown while a run goes on, if standard error is a terminal."},
  };
}

const option_info* find(std::string_view name, bool of_run) {
  for (const option_info& each : option_table()) {
    if (each.name == name && is_run_option(each) == of_run) return &each;
  }
  return nullptr;
}

/// Calls f with each part of a text that a mark separates, blanks around it left out, until f returns true.
template <class F>
bool any_part(std::string_view text, char mark, F f) {
  while (true) {
    const auto end = text.find(mark);
    auto part = text.substr(0, end);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    if (f(part)) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
}

std::optional<option_value> in_range(const option_info& option, std::optional<std::int64_t> value) {
  if (!value || *value < option.least || *value > option.most) return std::nullopt;
  return option_value{*value};
}

std::optional<option_value> parse_flag(std::string_view text) {
  if (text == "true" || text == "yes" || text == "on") return option_value{true};
  if (text == "false" || text == "no" || text == "off") return option_value{false};
  return std::nullopt;
}

}  // namespace

const std::vector<option_info>& option_table() {
  static const std::vector<option_info> table = make_table();
  return table;
}

bool is_run_option(const option_info& option) { return option.applies_to == run; }

const option_info* find_stage_option(std::string_view name) { return find(name, false); }

const option_info* find_run_option(std::string_view name) { return find(name, true); }

bool applies_to(const option_info& option, std::string_view kind) {
  return any_part(option.applies_to, ',', [&](std::string_view part) { return part == kind; });
}

std::int64_t default_number(std::string_view name) {
  const option_info* option = find_stage_option(name);
  if (option == nullptr || !option->default_number) {
    throw std::logic_error("no option of stages with a number as default: " + std::string{name});
  }
  return *option->default_number;
}

std::string expected(const option_info& option) {
  switch (option.kind) {
    case option_kind::count:
      return "a whole number from " + std::to_string(option.least) + " to " + std::to_string(option.most);
    case option_kind::bytes:
      return "a size from " + byte_size_text(option.least) + " to " + byte_size_text(option.most) +
             ", such as 16MiB";
    case option_kind::duration:
      return "a duration from " + duration_text(std::chrono::nanoseconds{option.least}) + " to " +
             duration_text(std::chrono::nanoseconds{option.most}) + ", such as 200ms";
    case option_kind::flag:
      return "true or false";
    case option_kind::choice: {
      std::string words;
      any_part(option.choices, '|', [&](std::string_view part) {
        words += (words.empty() ? "" : ", ") + std::string{part};
        return false;
      });
      return "one of " + words;
    }
    case option_kind::text:
      break;
  }
  return "a text that is not empty";
}

std::optional<option_value> parse_option(const option_info& option, std::string_view text) {
  switch (option.kind) {
    case option_kind::count:
      return in_range(option, parse_count(text));
    case option_kind::bytes:
      return in_range(option, parse_byte_size(text));
    case option_kind::duration: {
      const auto duration = parse_duration(text);
      return in_range(option, duration ? std::optional<std::int64_t>{duration->count()} : std::nullopt);
    }
    case option_kind::flag:
      return parse_flag(text);
    case option_kind::choice:
      if (!any_part(option.choices, '|', [&](std::string_view part) { return part == text; }))
        return std::nullopt;
      return option_value{std::string{text}};
    case option_kind::text:
      break;
  }
  if (text.empty()) return std::nullopt;
  return option_value{std::string{text}};
}

std::optional<std::string> option_problem(std::string_view name, std::int64_t value) {
  const option_info* option = find_stage_option(name);
  if (option == nullptr || (value >= option->least && value <= option->most)) return std::nullopt;
  const auto text = option->kind == option_kind::duration ? duration_text(std::chrono::nanoseconds{value})
                                                          : std::to_string(value);
  return std::string{name} + "(" + text + "): expected " + expected(*option);
}

std::string meant_name(std::string_view misspelt, const std::vector<std::string>& names) {
  const std::string* const nearest = nearest_name(misspelt, names);
  const bool is_near = nearest != nullptr &&
                       edit_distance(misspelt, *nearest) <= std::max<std::size_t>(1, misspelt.size() / 3);
  return is_near ? *nearest : std::string{};
}

}  // namespace penstock
