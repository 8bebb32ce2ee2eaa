#include <algorithm>
#include <utility>

#include <penstock/actors/replaying_source.hpp>
#include <penstock/messages/error.hpp>

namespace penstock {

void replaying_source::start(source_context& context) {
  name_ = "graph '" + context.run().graph + "', source '" + context.source_name() + "'";
  inner_->start(context);
}

void replaying_source::fill(fill_work& work, source_context& context) {
  if (!lost_.empty()) return give_again(work);
  if (!ended_) return ask_origin(work, context);
  if (out_.empty()) {
    work.ended = true;
  } else {
    context.await_verdict();
  }
}

void replaying_source::give_again(fill_work& work) {
  try {
    while (!lost_.empty() && work.out.size() < work.most) {
      batch copy = lost_.front().item.copy();
      kept_item& kept = out_[work.first_job + work.out.size()];
      if (work.out.empty()) {
        work.out = std::move(copy);
      } else {
        work.out.append(std::move(copy));
      }
      kept.item = std::move(lost_.front().item);
      kept.given = lost_.front().given + 1;
      lost_.pop_front();
    }
  } catch (...) {
    work.error = std::current_exception();
  }
}

void replaying_source::ask_origin(fill_work& work, source_context& context) {
  inner_->fill(work, context);
  ended_ = std::exchange(work.ended, false);
  if (work.out.empty()) {
    if (ended_) return fill(work, context);
    return;
  }
  try {
    batch copies = work.out.copy();
    for (auto job = work.first_job; !copies.empty(); ++job)
      out_.emplace(job, kept_item{copies.split_front(1), 1});
  } catch (...) {
    work.error = std::current_exception();
  }
}

void replaying_source::settle(std::uint64_t job, bool flagged, const std::string& reason) {
  auto settled = out_.extract(job);
  if (settled.empty() || !flagged) return;
  kept_item& item = settled.mapped();
  if (item.given > times_) {
    throw replay_error(name_ + ": an item was lost " + std::to_string(item.given) +
                       " times (replay = " + std::to_string(times_) + "); the last time: " + reason);
  }
  lost_.push_back(std::move(item));
}

bool replaying_source::drain() {
  ended_ = true;
  return out_.empty() && lost_.empty();
}

}  // namespace penstock
