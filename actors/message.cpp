#include <penstock/actors/message.hpp>

#include <penstock/actors/scope.hpp>

namespace penstock {

namespace {

void discard(piece_report& report, const loss& reason) {
  report.outputs.discard(reason);
  if (report.failure) report.failure->item.discard(reason);
  if (report.rest) report.rest->items.discard(reason);
  for (unwritten_letter& each : report.letters) each.tokens.flag(reason);
}

}  // namespace

void discard(message& m, const loss& reason) {
  std::visit(overloaded{
                 [&](deliver_items& each) { each.items.discard(reason); },
                 [&](assign_piece& each) { each.work.items.discard(reason); },
                 [&](worker_reported& each) { discard(*each.report, reason); },
                 [&](scope_closed& each) { each.closed->gave_up(reason); },
                 [](report_figures& each) { each.request->decline(each.member); },
                 [](auto&) {},
             },
             m);
}

}  // namespace penstock
