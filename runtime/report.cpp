#include <penstock/runtime/report.hpp>

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/number_text.hpp>
#include <penstock/runtime/text_table.hpp>

namespace penstock {

namespace {

using json = nlohmann::ordered_json;

/// A count that is shown only where some stage has one.
struct trouble {
  const char* heading;
  std::uint64_t stage_snapshot::*count;
};

constexpr trouble troubles[] = {
    {"dropped", &stage_snapshot::dropped},
    {"retries", &stage_snapshot::retries},
    {"failures", &stage_snapshot::failures},
    {"skipped", &stage_snapshot::skipped},
    {"dead letters", &stage_snapshot::dead_letters},
    {"acked", &stage_snapshot::acked},
    {"nacked", &stage_snapshot::nacked},
    {"untold", &stage_snapshot::untold},
    {"held", &stage_snapshot::held},
    {"restarts", &stage_snapshot::restarts},
    {"lost threads", &stage_snapshot::lost_threads},
};

bool anywhere(const run_snapshot& run, const trouble& which) {
  return std::any_of(run.stages.begin(), run.stages.end(),
                     [&](const stage_snapshot& stage) { return stage.*which.count > 0; });
}

/// Busy, idle and blocked as shown. Rounded so that what is printed adds up to 100 % as well.
struct shares {
  explicit shares(const stage_snapshot& stage) {
    const int busy_permille = permille(stage.busy);
    const int blocked_permille = permille(stage.blocked);
    busy = text(busy_permille);
    blocked = text(blocked_permille);
    idle = text(stage.busy + stage.idle + stage.blocked > 0
                    ? std::max(0, 1000 - busy_permille - blocked_permille)
                    : 0);
  }

  std::string busy, idle, blocked;

 private:
  static int permille(double part) { return static_cast<int>(std::clamp(part, 0.0, 1.0) * 1000 + 0.5); }
  static std::string text(int permille) {
    return std::to_string(permille / 10) + "." + std::to_string(permille % 10) + "%";
  }
};

std::string time_or_blank(const percentiles& times, double value) {
  return times.count == 0 ? "-" : short_duration(value);
}

double shown_rate(const stage_snapshot& stage) {
  return stage.kind == "source" ? stage.out_rate : stage.in_rate;
}

std::string peak(const stage_snapshot& stage) {
  const auto most = std::to_string(stage.peak_custody);
  return stage.capacity == 0 ? most : most + "/" + std::to_string(stage.capacity);
}

std::string workers(const stage_snapshot& stage) {
  return stage.pool.empty() ? std::to_string(stage.workers)
                            : std::to_string(stage.workers) + " " + stage.pool;
}

json as_json(const percentiles& values) {
  return {{"count", values.count},
          {"p50", values.p50},
          {"p90", values.p90},
          {"p99", values.p99},
          {"max", values.max}};
}

json as_json(const stage_snapshot& stage) {
  return {{"name", stage.name},
          {"kind", stage.kind},
          {"workers", stage.workers},
          {"pool", stage.pool},
          {"in", stage.in},
          {"out", stage.out},
          {"dropped", stage.dropped},
          {"retries", stage.retries},
          {"failures", stage.failures},
          {"skipped", stage.skipped},
          {"dead_letters", stage.dead_letters},
          {"in_rate", stage.in_rate},
          {"out_rate", stage.out_rate},
          {"busy", stage.busy},
          {"idle", stage.idle},
          {"blocked", stage.blocked},
          {"queued", stage.queued},
          {"queued_bytes", stage.queued_bytes},
          {"in_work", stage.in_work},
          {"held", stage.held},
          {"held_bytes", stage.held_bytes},
          {"in_flight", stage.in_flight},
          {"capacity", stage.capacity},
          {"capacity_bytes", stage.capacity_bytes},
          {"peak_custody", stage.peak_custody},
          {"peak_custody_bytes", stage.peak_custody_bytes},
          {"queue_wait", as_json(stage.queue_wait)},
          {"service", as_json(stage.service)},
          {"acked", stage.acked},
          {"nacked", stage.nacked},
          {"untold", stage.untold},
          {"restarts", stage.restarts},
          {"lost_threads", stage.lost_threads},
          {"in_one_call", stage.in_one_call.count()},
          {"state", stage.state},
          {"waits_for", stage.waits_for}};
}

json as_json(const supervised& member) {
  json members = json::array();
  for (const supervised& each : member.members) members.push_back(as_json(each));
  return {{"name", member.name},          {"kind", member.kind},         {"strategy", member.strategy},
          {"state", member.state},        {"restarts", member.restarts}, {"last_error", member.last_error},
          {"members", std::move(members)}};
}

}  // namespace

void write_report(std::ostream& out, const run_snapshot& run) {
  std::vector<text_table::column> columns{{"stage"}, {"kind"}, {"workers"}};
  for (const char* heading : {"in", "out", "items/s", "busy", "idle", "blocked", "wait p50", "wait p99",
                              "service p50", "service p99", "peak"}) {
    columns.push_back({heading, true});
  }
  for (const trouble& each : troubles) {
    if (anywhere(run, each)) columns.push_back({each.heading, true});
  }
  text_table table{columns};
  for (const stage_snapshot& stage : run.stages) {
    const auto& wait = stage.queue_wait;
    const auto& service = stage.service;
    const shares time{stage};
    std::vector<std::string> cells{stage.name,
                                   stage.kind,
                                   workers(stage),
                                   grouped_count(stage.in),
                                   grouped_count(stage.out),
                                   short_count(shown_rate(stage)),
                                   time.busy,
                                   time.idle,
                                   time.blocked,
                                   time_or_blank(wait, wait.p50),
                                   time_or_blank(wait, wait.p99),
                                   time_or_blank(service, service.p50),
                                   time_or_blank(service, service.p99),
                                   peak(stage)};
    for (const trouble& each : troubles) {
      if (anywhere(run, each)) cells.push_back(grouped_count(stage.*each.count));
    }
    table.add(std::move(cells));
  }
  out << run.graph << ": " << run.state << " after "
      << short_duration(static_cast<double>(run.elapsed.count())) << "\n"
      << table.text();
  if (!run.failure.empty()) out << "failed: " << run.failure << "\n";
  if (!run.reason.empty()) out << "aborted: " << run.reason << "\n";
}

std::string report_json(const run_snapshot& run) {
  json stages = json::array();
  for (const stage_snapshot& stage : run.stages) stages.push_back(as_json(stage));
  const json report{{"graph", run.graph},
                    {"state", run.state},
                    {"elapsed", run.elapsed.count()},
                    {"stages", std::move(stages)},
                    {"supervision", as_json(run.supervision)},
                    {"failure", run.failure},
                    {"reason", run.reason},
                    {"deadline_passed", run.deadline_passed}};
  return report.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace penstock
