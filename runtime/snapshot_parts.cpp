#include <penstock/runtime/snapshot_parts.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace penstock {

supervised supervision_tree(const run_plan& plan, const std::string& state, const run_result::state& last,
                            const std::vector<stage_figures>& known) {
  supervised root{plan.graph, "run", "escalate", state, 0, {}, {}};
  std::vector<supervised> groups;
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    const group_plan& group = plan.groups[g];
    const bool restarting = g < last.group_restarting.size() && last.group_restarting[g];
    const auto restarts = g < last.group_restarts.size() ? last.group_restarts[g] : 0;
    groups.push_back({group.name,
                      "group",
                      to_string(group.strategy),
                      restarting ? "restarting" : state,
                      restarts,
                      {},
                      {}});
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    const stage_figures& f = known[i];
    const bool source = plan.members[i].is_source;
    supervised member{f.name,
                      source ? "source" : "stage",
                      source ? "escalate" : "one_for_one",
                      f.state,
                      f.restarts,
                      f.last_error,
                      {}};
    for (const worker_figures& each : f.crew) {
      member.members.push_back({f.name + "/" + std::to_string(each.slot),
                                "worker",
                                {},
                                each.state,
                                each.restarts,
                                each.last_error,
                                {}});
    }
    supervised* above = &root;
    for (std::size_t g = 0; g < plan.groups.size(); ++g) {
      const auto& stages = plan.groups[g].members;
      if (std::find(stages.begin(), stages.end(), i) != stages.end()) above = &groups[g];
    }
    above->members.push_back(std::move(member));
  }
  std::move(groups.begin(), groups.end(), std::back_inserter(root.members));
  return root;
}

stage_snapshot stage_snapshot_of(const stage_figures& f, double seconds) {
  stage_snapshot s;
  s.name = f.name;
  s.kind = f.kind;
  s.workers = f.workers;
  s.pool = f.pool;
  s.in = f.in;
  s.out = f.out;
  s.dropped = f.dropped;
  s.retries = f.retries;
  s.failures = f.failures;
  s.skipped = f.skipped;
  s.dead_letters = f.dead_letters;
  if (seconds > 0) {
    s.in_rate = static_cast<double>(f.in) / seconds;
    s.out_rate = static_cast<double>(f.out) / seconds;
  }
  s.busy = f.busy;
  s.idle = f.idle;
  s.blocked = f.blocked;
  s.queued = f.queued;
  s.queued_bytes = f.queued_bytes;
  s.in_work = f.in_work;
  s.held = f.held;
  s.held_bytes = f.held_bytes;
  s.in_flight = f.in_flight;
  s.capacity = f.capacity;
  s.capacity_bytes = f.capacity_bytes;
  s.peak_custody = f.peak_custody;
  s.peak_custody_bytes = f.peak_custody_bytes;
  s.queue_wait = f.queue_wait;
  s.service = f.service;
  s.acked = f.acked;
  s.nacked = f.nacked;
  s.untold = f.untold;
  s.restarts = f.restarts;
  s.lost_threads = f.lost_threads;
  s.state = f.state;
  s.waits_for = f.waits_for;
  return s;
}

}  // namespace penstock
