#include <penstock/actors/message.hpp>

#include <penstock/actors/scope.hpp>

namespace penstock {

void discard(message& m, const loss& reason) {
  std::visit(overloaded{
                 [&](deliver_items& each) { each.items.discard(reason); },
                 [&](assign_piece& each) { each.work.items.discard(reason); },
                 [&](worker_reported& each) { each.report->discard(reason); },
                 [&](scope_closed& each) { each.closed->gave_up(reason); },
                 [](report_figures& each) { each.request->decline(each.member); },
                 [](auto&) {},
             },
             m);
}

}  // namespace penstock
