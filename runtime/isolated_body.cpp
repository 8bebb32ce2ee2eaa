#include <penstock/runtime/isolated_body.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/failure.hpp>
#include <penstock/messages/remote_error.hpp>
#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/event_descriptor.hpp>
#include <penstock/runtime/process_watch.hpp>
#include <penstock/runtime/role_entry.hpp>
#include <penstock/runtime/role_spawner.hpp>

namespace penstock {

namespace {

/// How long a process may go on once the run is being aborted.
constexpr std::int64_t grace = 500'000'000;
/// How many processes may end in on_end.
constexpr int most_ends = 3;
/// How often a process that runs a hook is looked at where each item has a time limit of its own.
constexpr std::int64_t usual_look = 1'000'000'000;
constexpr const char* not_understood = "it sent what can't be understood";

std::int64_t now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

/// Wakes a worker that waits for its process when the run is being aborted.
class isolated_body::stop_watch {
 public:
  explicit stop_watch(stop_bell& bell) : bell_{bell}, number_{bell.listen([this] { rung_.signal(); })} {}
  stop_watch(const stop_watch&) = delete;
  stop_watch& operator=(const stop_watch&) = delete;
  ~stop_watch() { bell_.forget(number_); }
  /// Readable once the run is being aborted.
  int descriptor() const { return rung_.descriptor(); }

 private:
  event_descriptor rung_;
  stop_bell& bell_;
  std::uint64_t number_;
};

/// Has the worker look when its process ends while it has nothing to do.
class isolated_body::end_watch {
 public:
  end_watch(const role_process& process, std::function<void()> tell)
      : number_{process_watch::instance().add(process.descriptor(), std::move(tell))} {}
  end_watch(const end_watch&) = delete;
  end_watch& operator=(const end_watch&) = delete;
  ~end_watch() { process_watch::instance().remove(number_); }

 private:
  std::uint64_t number_;
};

isolated_body::isolated_body(std::shared_ptr<const isolated_plan> plan) : plan_{std::move(plan)} {}

isolated_body::~isolated_body() = default;

std::string isolated_body::place() const {
  return "graph '" + plan_->graph + "', stage '" + plan_->stage + "': worker " + std::to_string(worker_);
}

role_task isolated_body::task() const {
  role_task task;
  task.kind = "isolated";
  task.graph = plan_->graph;
  task.stage = plan_->stage;
  task.worker = worker_;
  task.max_output = plan_->max_output;
  task.max_item = plan_->max_item;
  task.memory_limit = plan_->memory_limit;
  task.timed = plan_->limit ? 1 : 0;
  return task;
}

void isolated_body::start(worker_context& context) {
  worker_ = context.worker();
  wordless_ = std::make_exception_ptr(
      crash_error(place() + ": its process was ended, and there was no memory left to say why"));
  stop_watch_ = std::make_unique<stop_watch>(context.run().bell);
  begin_process(context);
}

void isolated_body::begin_process(worker_context& context) {
  crash_ = nullptr;
  confused_ = false;
  reader_ = {};
  late_after_ = 0;
  loans_.reset();
  channel_.emplace(role_channel::make());
  loans_.emplace(*channel_, true);
  ready_ = false;
  log_ = context.run().log;
  auto told = task();
  if (log_) told.log_level = static_cast<std::uint32_t>(log_->level());
  process_ = role_spawner::instance().spawn(*entered_program(), channel_->child_socket());
  if (tell_lost_) end_watch_ = std::make_unique<end_watch>(process_, tell_lost_);
  channel_->begin(told);
  ask(request::start, encode(plan_->outline));
  ready_ = await(answer::ready);
}

void isolated_body::ask(request kind, std::span<const std::byte> payload) {
  std::vector<std::byte> bytes;
  append_record(bytes, kind, 0, [&](auto& into) { into.insert(into.end(), payload.begin(), payload.end()); });
  std::span<const std::byte> left{bytes};
  while (!left.empty() && !crash_) {
    left = left.subspan(channel_->out().write(left));
    channel_->publish();
    if (left.empty()) return;
    // Nobody reads here what it says unasked.
    if (!channel_->in().empty()) return bury(not_understood);
    wait(true, nullptr);
  }
}

bool isolated_body::await(answer kind) {
  while (!crash_ && !reader_.next(channel_->in())) wait(false, nullptr);
  if (crash_) return false;
  const auto given = static_cast<answer>(reader_.head().kind);
  if (given == answer::failed) throw remote_error{decode<remote_exception>(reader_.payload())};
  if (given == kind) return true;
  bury(not_understood);
  return false;
}

void isolated_body::run(body_work& work, worker_context& context) {
  if (crash_) {
    work.crash = crash_;
    return;
  }
  isolated_exchange items{work, context.attempt(), plan_->limit, *plan_->input, plan_->output, *loans_};
  progressed_ = now();
  try {
    while (!items.over() && !crash_) {
      const auto known = items.encoded();
      const bool waits_for_room = items.send(*channel_);
      // However long it took to write items down: the process has them since now.
      if (items.encoded() != known) progressed_ = now();
      const auto before = items.done();
      take_answers(items);
      if (items.done() == before && !items.over() && !crash_) wait(waits_for_room, &items);
    }
    if (crash_ && !confused_) take_answers(items);
  } catch (...) {
    // No memory, for instance: what the process and this side know of the frame differs from now on. There
    // may be none for anything else either.
    confused_ = true;
    bury("its answers could not be taken", std::current_exception());
  }
  const bool at_work = channel_->memory().running.load() == items.done() + 1;
  items.settle(crash_, at_work);
  loans_->settle();
  if (items.wants_stop()) context.stop();
}

void isolated_body::take_answers(isolated_exchange& items) {
  while (reader_.next(channel_->in())) {
    if (items.take(reader_.head(), reader_.payload())) continue;
    confused_ = true;
    bury(not_understood);
    return;
  }
}

/// Until the process has done something, has ended, or must be ended.
void isolated_body::wait(bool for_room, const isolated_exchange* items) {
  std::int64_t left = items != nullptr && plan_->limit ? time_left(*items) : look_out::never;
  if (ends_by_ != 0) left = std::min(left, ends_by_ - now());
  if (left <= 0) return bury();
  const bool asks_if_stopped = plan_->limit && (items == nullptr || items->encoded() == 0);
  if (asks_if_stopped) left = std::min(left, plan_->limit.fixed > 0 ? plan_->limit.fixed : usual_look);
  const int ms = left == look_out::never
                     ? -1
                     : static_cast<int>(std::min<std::int64_t>(left / 1'000'000 + 1, 1'000'000));
  const auto seen =
      channel_->wait(for_room, process_.descriptor(), ends_by_ == 0 ? stop_watch_->descriptor() : -1, ms);
  if (seen.first || channel_->lost()) {
    // It may have told all it had to before it ended.
    if (channel_->in().empty()) bury();
    return;
  }
  // Hooks have no limit, nor has what leads to the first item, but a process that is held by a signal is as
  // good as gone.
  if (asks_if_stopped && process_.stopped()) return bury("a signal stopped it");
  if (!seen.second) return;
  channel_->memory().stopping.store(true);
  ends_by_ = now() + grace;
}

/// ns that the item at work still has; without one, the process should go on with the next.
std::int64_t isolated_body::time_left(const isolated_exchange& items) {
  channel_memory& memory = channel_->memory();
  const auto progress = memory.progress.load();
  if (progress != std::exchange(progress_, progress)) progressed_ = now();
  const auto running = memory.running.load();
  const auto since = memory.since.load();
  const bool at_work = running > 0 && running <= items.encoded() && running == memory.running.load();
  if (items.encoded() == 0) return look_out::never;
  // Behind the last one only the end of the frame is to come, which takes no longer than an item.
  const auto index =
      std::min(at_work ? static_cast<std::uint32_t>(running - 1) : items.done(), items.encoded() - 1);
  const auto limit = items.limit(index);
  if (limit <= 0) return look_out::never;
  const auto left = limit - (now() - (at_work ? since : progressed_));
  if (left <= 0) late_after_ = limit;
  return left;
}

/// The process has ended or is ended here. What it did before stays to be read.
void isolated_body::bury(std::string_view why, const std::exception_ptr& thrown) noexcept {
  if (crash_) return;
  crash_ = wordless_;  // words need memory
  process_.kill();
  end_watch_ = nullptr;  // before its descriptor goes
  try {
    crash_ = crash_in_words(why, thrown);
  } catch (...) {
    // It goes without them.
  }
}

std::exception_ptr isolated_body::crash_in_words(std::string_view why, const std::exception_ptr& thrown) {
  const auto pid = process_.pid();
  const role_end ended = process_.reap();
  std::string text = place() + ", process " + std::to_string(pid) + ": ";
  if (late_after_ > 0) {
    text += "the body took longer than " + duration_text(std::chrono::nanoseconds{late_after_}) +
            " for an item (timeout)";
    if (log_) log_->warn("{}", text);
    return std::make_exception_ptr(timeout_error(text));
  }
  if (ends_by_ != 0 && ended.signal == SIGKILL) {
    text += "it was ended as the run is being aborted";
  } else {
    std::string told = why.empty() ? read_crash(channel_->crash()) : std::string{why};
    if (thrown) told += ": " + describe_exception(thrown).text;
    text += "it ended with " + ended.words + (told.empty() ? "" : ": " + told);
    if (!ready_ && ended.signal == 0 && told.empty())
      text += ", before its main came to the run of this graph, as it must in a worker's process too";
    if (log_) log_->warn("{}", text);
  }
  return std::make_exception_ptr(crash_error(text));
}

batch isolated_body::finish(worker_context& context) {
  if (!plan_->has_on_end) return {};
  // A process that ends here is replaced as everywhere; what it knew is lost, as it would be in the middle.
  for (int attempt = 1;; ++attempt) {
    if (crash_) begin_process(context);
    if (!crash_) ask(request::finish);
    if (await(answer::done)) break;
    if (attempt == most_ends) std::rethrow_exception(crash_);
  }
  if (plan_->output == nullptr) return {};
  std::vector<std::uint64_t> sizes;
  std::vector<std::byte> bytes;
  if (!split_outputs(reader_.head().count, reader_.payload(), sizes, bytes)) {
    bury(not_understood);
    std::rethrow_exception(crash_);
  }
  const block_carrier::scope carried{*loans_};
  std::exception_ptr failed;
  batch made = decode_outputs(*plan_->output, sizes, bytes, failed);
  if (failed) std::rethrow_exception(failed);
  return made;
}

void isolated_body::stop(worker_context&) {
  if (crash_ || !channel_) return;
  ask(request::stop);
  if (!await(answer::stopped)) return;
  // It has nothing left to do but to write out what it printed.
  end_watch_ = nullptr;
  if (!process_.ends_within(static_cast<int>(grace / 1'000'000))) process_.kill();
  process_.reap();
}

std::exception_ptr isolated_body::lost() {
  if (process_ && process_.ends_within(0)) bury();
  return crash_;
}

std::function<std::unique_ptr<body>()> isolated_body_maker(isolated_plan plan) {
  return [shared = std::make_shared<const isolated_plan>(std::move(plan))]() -> std::unique_ptr<body> {
    return std::make_unique<isolated_body>(shared);
  };
}

}  // namespace penstock
