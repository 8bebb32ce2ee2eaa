#include <utility>

#include <penstock/actors/current_body.hpp>
#include <penstock/actors/source.hpp>

namespace penstock {

bool source::apply_chain(batch& made) {
  const current_body here{run_.graph, plan_.name};
  batch input;
  try {
    if (writes_dead_letters(plan_.operators)) input = made.copy();
  } catch (...) {
    made.discard("an item of source '" + plan_.name + "' could not be copied");
    fail_run(std::current_exception(), plan_.operators.front().name);
    return false;
  }
  const operator_site site{run_, plan_.name,       plan_.codec,   input, chain_items::one_each, meter_.in, 0,
                           1,    plan_.max_output, plan_.max_item};
  operator_result result = apply_operators(*chain_, plan_.operators, made, site);
  meter_.skipped += result.skipped;
  for (unwritten_letter& each : result.letters) letters_.add(std::move(each));
  if (!result.error) return true;
  made.discard("operator '" + result.operation + "' failed");
  fail_run(result.error, result.operation);
  return false;
}

/// Those of the turn.
void source::write_letters() {
  if (letters_.empty()) return;
  try {
    letters_.write(self_, [this](unwritten_letter&) { ++meter_.dead_letters; });
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
}

void source::look_for_room() {
  if (failed_) return;
  try {
    letters_.look_again(self_, [this](unwritten_letter&) { ++meter_.dead_letters; });
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
}

}  // namespace penstock
