#include <string>
#include <utility>

#include <penstock/actors/chunk_token.hpp>
#include <penstock/actors/operator_runner.hpp>
#include <penstock/actors/stage.hpp>

namespace penstock {

/// The item is given up: it lets go of its token as soon as its letter is written. Where there is no room for
/// the letter, the stage takes on nothing new.
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
    const bool written = letters_.offer(letter, self_);
    failure.item.clear();
    if (written) letter_written(letter);
  } catch (...) {
    failure.item.discard("stage '" + plan_.stage + "' could not write a dead letter");
    fail_run(std::current_exception(), {});
  }
}

void stage::letter_written(unwritten_letter& letter) {
  ++meter_.dead_letters;
  letter.tokens = lineage{};
  if (letter.settles_item) finish_items(letter.sequence, {{}, letter.edge, 1, letter.weight});
}

/// Those of fused operators, whose items are settled apart from that.
void stage::take_letters(piece_report& report) {
  if (report.letters.empty()) return;
  const bool at_the_end = phase_ == phase::finishing && !aborted_;
  const bool wanted = (phase_ == phase::running || at_the_end) && !failed_;
  for (unwritten_letter& each : report.letters) {
    each.edge = report.edge;
    if (wanted) {
      letters_.keep(std::move(each), self_);
    } else if (failed_ || is_lost(report.edge)) {
      each.tokens.flag(loss_here());
    }
  }
  report.letters.clear();
}

/// There may be room by now.
void stage::write_letters() {
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
