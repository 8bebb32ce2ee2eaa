#include <cassert>
#include <exception>
#include <utility>

#include <penstock/actors/worker.hpp>

namespace penstock {

/// False: the call was given up.
bool worker::call_body(body_work& work, lineage& tokens, std::uint32_t room) {
  if (!guard_) {
    body_->run(work, context_);
    return true;
  }
  begin_guarded(work, tokens, room);
  try {
    body_->run(work, context_);
  } catch (...) {
    work.error = std::current_exception();  // no memory; what is guarded has to come back all the same
  }
  given_up_ = !end_guarded(tokens);
  return !given_up_;
}

/// What must not be lost if the call is given up goes where the stage can take it.
void worker::begin_guarded(body_work& work, lineage& tokens, std::uint32_t room) {
  assert(work.in.size() == 1);
  call_guard::call call;
  // A generator that goes on may have taken its item away.
  if (!suspended_) limit_ = plan_.limit.for_item(work.in.item(0));
  call.began = env_->now();
  if (limit_ > 0)
    call.deadline = limit_ < look_out::never - call.began ? call.began + limit_ : look_out::never;
  if (plan_.policy.keeps_items()) {
    work.in.share();
    call.item.items = work.in.alias();
  }
  call.item.sequence = current_.sequence;
  call.item.edge = current_.edge;
  call.item.key_slot = current_.key_slot;
  call.item.attempt = current_.attempt;
  call.item.reserved = room;
  call.weight = work.in.weight();
  call.tokens = std::exchange(tokens, lineage{});
  call.open_scope = std::exchange(open_scope_, nullptr);
  call.has_outputs = suspended_;
  guard_->begin(std::move(call));
}

bool worker::end_guarded(lineage& tokens) {
  auto call = guard_->end(env_->now());
  if (!call) return false;
  tokens = std::move(call->tokens);
  if (call->open_scope) open_scope_ = ref<scope_token>{static_cast<scope_token*>(call->open_scope.get())};
  return true;
}

}  // namespace penstock
