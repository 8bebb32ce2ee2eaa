#include <penstock/runtime/letter_source.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <exception>

#include <penstock/messages/dead_letter.hpp>

namespace penstock {

namespace {

/// How long it waits before it looks for room again: twice as long each time.
constexpr std::chrono::milliseconds first_wait{100};
constexpr std::chrono::nanoseconds longest_wait = std::chrono::seconds{5};

}  // namespace

batch item_in(const dead_letter_record& letter, const item_codec& codec, read_notes* notes) {
  return codec.restore({letter.archive, letter.item_type, letter.schema.get()}, notes);
}

void letter_source::fill(fill_work& work, source_context& context) {
  try {
    if (!mark()) return hold(context);
    if (delay_.count() > 0) {
      delay_ = {};
      warn(context, "there is room again, it goes on");
    }
    hand_out(work);
    if (!work.out.empty()) return;
    if (open_.empty()) {
      work.ended = true;
    } else {
      context.await_verdict();
    }
  } catch (...) {
    work.error = std::current_exception();
  }
}

void letter_source::warn(source_context& context, const std::string& what) {
  const auto& log = context.run().log;
  if (log) log->warn("graph '{}', source '{}': {}", context.run().graph, context.source_name(), what);
}

void letter_source::hand_out(fill_work& work) {
  while (next_ < letters_.size() && work.out.empty()) {
    work.out = input_of(letters_[next_]);
    if (!work.out.empty()) open_.emplace(work.first_job, next_);
    ++next_;
  }
}

/// Every letter has it. Empty if somebody has removed them all.
batch letter_source::input_of(const std::vector<std::int64_t>& letters) const {
  for (const auto id : letters) {
    if (const auto letter = store_->find(id)) return item_in(*letter, codec_);
  }
  return {};
}

/// Until there is room for the marks.
void letter_source::hold(source_context& context) {
  if (delay_.count() == 0) {
    warn(context, "takes on nothing new until there is room to mark letters as replayed: " + no_room_);
  }
  delay_ = delay_.count() == 0 ? first_wait : std::min<std::chrono::nanoseconds>(2 * delay_, longest_wait);
  static_cast<void>(context.not_yet(delay_));
}

/// Marks what is done. False if there is no room for that.
bool letter_source::mark() {
  try {
    while (!unmarked_.empty()) {
      store_->mark_replayed(unmarked_.front());
      unmarked_.pop_front();
    }
    return true;
  } catch (const dead_letter_error& reason) {
    if (!reason.no_room()) throw;
    no_room_ = reason.what();
    return false;
  }
}

/// Every verdict has the source asked again, so what finds no room here is tried in `fill`.
void letter_source::settle(std::uint64_t job, bool flagged, const std::string&) {
  const auto settled = open_.extract(job);
  if (settled.empty() || flagged) return;
  const auto& letters = letters_[settled.mapped()];
  unmarked_.insert(unmarked_.end(), letters.begin(), letters.end());
  if (delay_.count() == 0) mark();
}

bool letter_source::drain() {
  next_ = letters_.size();
  return open_.empty() && unmarked_.empty();
}

/// An abort does not wait for room.
void letter_source::stop(source_context& context) {
  if (mark()) return;
  std::string ids;
  for (const auto id : unmarked_) ids += (ids.empty() ? "" : ", ") + std::to_string(id);
  warn(context, "letters that are done could not be marked as replayed, and will be replayed once more: " +
                    ids + " (" + no_room_ + ")");
}

}  // namespace penstock
