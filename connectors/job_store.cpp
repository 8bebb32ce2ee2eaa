#include <penstock/connectors/job_store.hpp>

#include <utility>

namespace penstock {

exchange_result job_store::exchange(std::span<const job_verdict> verdicts, const take_order* wanted) {
  exchange_result result;
  for (const job_verdict& each : verdicts) {
    const bool ours = each.is == job_fate::acked    ? ack(each.delivery)
                      : each.is == job_fate::nacked ? nack(each.delivery, each.reason)
                                                    : bury(each.delivery, each.reason);
    if (!ours) result.late.push_back(each.delivery);
  }
  if (wanted == nullptr) return result;
  take_result taken = take(wanted->rules);
  if (taken.job) result.jobs.push_back(std::move(*taken.job));
  result.again_in = taken.again_in;
  result.empty = taken.empty;
  return result;
}

}  // namespace penstock
