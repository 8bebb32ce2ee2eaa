#include <exception>
#include <string>
#include <utility>

#include <penstock/actors/current_body.hpp>
#include <penstock/actors/source.hpp>

namespace penstock {

namespace {

/// One delivery of a job: tells its source when all that came of it is settled.
class delivery_token final : public token {
 public:
  delivery_token(address source, std::uint64_t job) : source_{std::move(source)}, job_{job} {}

  std::uint64_t job() const override { return job_ + 1; }

 private:
  void settled() noexcept override {
    const bool unwinding = std::uncaught_exceptions() > 0;
    const bool lost = flagged() || unwinding;
    const bool not_wanted = unwanted() && !unwinding;
    std::string reason = take_reason();
    if (lost && reason.empty()) reason = "it was lost";  // short enough to need no memory
    source_->post(delivery_settled{job_, lost, std::move(reason), not_wanted});
  }

  address source_;
  std::uint64_t job_;
};

}  // namespace

void source::add_tokens(batch& made) {
  const auto end = next_job_ + made.size();
  try {
    while (next_job_ < end) {
      ref<token> delivery{new delivery_token{self_, next_job_}};
      ++next_job_;
      made.tokens().append(delivery, 1);
    }
  } catch (...) {
    // Those that got none have nobody who could tell.
    while (next_job_ < end) settle({next_job_++, true, "it was lost"});
    throw;
  }
}

/// Bodies that were given up hold these jobs; what they still let go of comes too late.
void source::refuse_rest(const std::string& reason) {
  finish();
  if (refused_) return;
  refused_ = true;
  settled_ = next_job_;
  outbox_.discard(reason);
  letters_.throw_away(reason, [](const unwritten_letter&) { return true; });
  if (!body_) return;
  const current_body here{run_.graph, plan_.name};
  try {
    body_->refuse_open(reason);
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
}

void source::settle(const delivery_settled& verdict) {
  if (refused_) return;
  ++settled_;
  unpause();
  if (!verdict.flagged) ++acked_;
  if (!body_) return;
  const current_body here{run_.graph, plan_.name};
  try {
    if (verdict.unwanted) {
      body_->settle_unwanted(verdict.job, verdict.reason);
    } else {
      body_->settle(verdict.job, verdict.flagged, verdict.reason);
    }
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
}

}  // namespace penstock
