#include <string>
#include <utility>

#include <penstock/actors/chunk_token.hpp>
#include <penstock/actors/operator_runner.hpp>
#include <penstock/actors/stage.hpp>

namespace penstock {

/// The item is given up: it lets go of its token as soon as its letter is written, at the end of the turn.
/// Where there is no room for the letter, the stage takes on nothing new.
void stage::bury(std::uint64_t sequence, std::uint32_t edge, failed_item failure) {
  try {
    const lineage& tokens = failure.item.tokens();
    const token* of = tokens.at(0);
    unwritten_letter letter;
    letter.letter =
        make_dead_letter(run_, {plan_.stage, {}, of == nullptr ? 0 : of->job(), sequence, failure.attempt},
                         plan_.codec, failure.item.item(0), failure.error);
    letter.letter.exception_text += jobs_of(of);
    letter.tokens = tokens;
    letter.edge = edge;
    letter.settles_item = true;
    letter.sequence = sequence;
    letter.weight = failure.weight;
    letters_.add(std::move(letter));
    failure.item.clear();
  } catch (...) {
    failure.item.discard("stage '" + plan_.stage + "' could not write a dead letter");
    return fail_run(std::current_exception(), {});
  }
  if (letters_.full()) write_letters();
}

void stage::letter_written(unwritten_letter& letter) {
  ++meter_.dead_letters;
  letter.tokens = lineage{};
  if (letter.settles_item) finish_items(letter.sequence, {{}, letter.edge, 1, letter.weight});
}

/// Those of fused operators, whose items are settled apart from that.
void stage::take_letters(piece_report& report) {
  if (report.letters.empty()) return;
  for (unwritten_letter& each : report.letters) {
    each.edge = report.edge;
    if (aborted_) {
      each.tokens.flag(loss_here());
    } else {
      letters_.add(std::move(each));
    }
  }
  report.letters.clear();
  if (letters_.full()) write_letters();
}

/// Those of the turn. True if some were written.
bool stage::write_letters() {
  if (broken_ || letters_.empty()) return false;
  try {
    return letters_.write(self_, [this](unwritten_letter& each) { letter_written(each); });
  } catch (...) {
    fail_run(std::current_exception(), {});
    return true;
  }
}

void stage::look_for_room() {
  if (failed_) return;
  try {
    letters_.look_again(self_, [this](unwritten_letter& each) { letter_written(each); });
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
}

void stage::throw_away_letters(const loss& reason) {
  letters_.throw_away(reason, [this](const unwritten_letter& each) { return is_lost(each.edge); });
}

}  // namespace penstock
