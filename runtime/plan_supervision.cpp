#include <penstock/runtime/plan_supervision.hpp>

#include <algorithm>
#include <chrono>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/duration_text.hpp>

namespace penstock {

namespace {

constexpr std::int64_t least_restarts = 10;  ///< within the window, where nothing is said

void plan_limit(const std::string& where, const node_options& given, const option_reader& value,
                stage_plan& plan) {
  plan.limit.fixed = value("timeout", given.timeout).value_or(0);
  // A setting from outside wins over a function of the item.
  if (given.timeout_by_item && plan.limit.fixed == 0) plan.limit.of = given.timeout_of;
  if (!plan.limit || plan.pool != pool_kind::cooperative) return;
  const auto said = plan.limit.of
                        ? "timeout(function)"
                        : "timeout(" + duration_text(std::chrono::nanoseconds{plan.limit.fixed}) + ")";
  throw graph_error(where + said +
                    ": a cooperative body shares its thread with other stages, so it can't be given up; "
                    "make the pool blocking or per_core");
}

void plan_restarts(const std::string& where, const node_options& given, const option_reader& value,
                   stage_plan& plan) {
  if (given.restart_window.count() <= 0 || given.restart_backoff.count() < 0) {
    throw graph_error(where + "restarts(" + std::to_string(given.restarts.value_or(0)) + ", " +
                      duration_text(given.restart_window) + ", " + duration_text(given.restart_backoff) +
                      "): expected a window above 0 and a backoff of 0 or more");
  }
  const auto usual = std::max<std::int64_t>(least_restarts, 3 * std::int64_t{plan.workers});
  plan.restarts.most = static_cast<std::uint32_t>(value("restarts", given.restarts).value_or(usual));
  plan.restarts.window = given.restart_window;
  plan.restarts.backoff = given.restart_backoff;
}

}  // namespace

std::optional<std::int64_t> plan_supervision(const std::string& graph, const graph_node& node,
                                             const option_reader& value, stage_plan& plan) {
  const std::string where = "graph '" + graph + "', " + to_string(node.kind) + " '" + node.name + "': ";
  plan_limit(where, node.options, value, plan);
  plan_restarts(where, node.options, value, plan);
  const auto time = value("shutdown", node.options.shutdown);
  if (time) plan.shutdown = *time;
  return time;
}

}  // namespace penstock
