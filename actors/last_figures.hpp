#pragma once

#include <memory>
#include <utility>

#include <penstock/actors/figures.hpp>

namespace penstock {

/// What a source or stage tells the controller at its end: its `figures()` or, if there is no memory for
/// them, no more than its name, which `bare` keeps ready.
template <class Member>
std::unique_ptr<stage_figures> last_figures(const Member& of, std::unique_ptr<stage_figures>& bare) {
  try {
    return std::make_unique<stage_figures>(of.figures());
  } catch (...) {
    if (!bare) throw;
    return std::move(bare);
  }
}

}  // namespace penstock
