#include <utility>

#include <penstock/actors/source.hpp>

namespace penstock {

void source::broke(const std::exception_ptr& error) noexcept {
  finish();
  fail_run(error, {});
  outbox_.discard("it was lost");
}

/// For the controller; without memory no more than its name.
std::unique_ptr<stage_figures> source::last_figures() {
  try {
    return std::make_unique<stage_figures>(figures());
  } catch (...) {
    if (!bare_figures_) throw;
    return std::move(bare_figures_);
  }
}

}  // namespace penstock
