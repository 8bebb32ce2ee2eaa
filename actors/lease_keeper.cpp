#include <penstock/actors/lease_keeper.hpp>

#include <spdlog/logger.h>

#include <utility>

#include <penstock/actors/current_body.hpp>
#include <penstock/messages/failure.hpp>

namespace penstock {

namespace {

/// The length of one lease.
constexpr int most_after_abort = 3;

}  // namespace

void lease_keeper::receive(message& m) {
  if (std::holds_alternative<extend_leases>(m)) reminded_ = false;
  due_ = due_ || std::holds_alternative<extend_leases>(m) || std::holds_alternative<start_run>(m);
  over_ = over_ || std::holds_alternative<finish_worker>(m);
}

after_turn lease_keeper::turn() {
  if (over_) {
    body_.reset();  // the last to go is the source's own, before the run has ended
    told_->post(leases_ended{});
    self_ = nullptr;
    return after_turn::done;
  }
  // A source that hangs never says that it is over: somebody else shall get its jobs then.
  if (run_.stopping.load() && since_abort_++ >= most_after_abort) return after_turn::wait;
  if (std::exchange(due_, false)) {
    // From the beginning of the round: an origin that takes its time must not stretch the interval.
    if (!reminded_) env_.remind(interval_, self_, extend_leases{});
    reminded_ = true;
    extend();
  }
  return after_turn::wait;
}

/// What can't be extended now may be the next time; if not, its origin gives it to somebody else.
void lease_keeper::extend() {
  const current_body here{run_.graph, source_};
  try {
    body_->extend_open();
  } catch (...) {
    const auto thrown = describe_exception(std::current_exception());
    if (run_.log) {
      run_.log->warn("graph '{}', source '{}': a lease could not be extended: {}: {}", run_.graph, source_,
                     thrown.type, thrown.text);
    }
  }
}

}  // namespace penstock
