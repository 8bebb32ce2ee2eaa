#include <penstock/runtime/isolated_server.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <penstock/actors/body.hpp>
#include <penstock/actors/current_body.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/messages/remote_error.hpp>
#include <penstock/runtime/byte_size.hpp>
#include <penstock/runtime/exit_report.hpp>
#include <penstock/runtime/graph_outline.hpp>
#include <penstock/runtime/isolated_records.hpp>
#include <penstock/runtime/loan_book.hpp>
#include <penstock/runtime/logger.hpp>
#include <penstock/runtime/role_spawner.hpp>
#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

/// A generator's outputs are kept until its item is done, so there must be an end to them.
constexpr std::uint32_t usual_max_output = 256;

crash_note* note_of_limit = nullptr;
char words_of_limit[128];

void out_of_memory() {
  note_reason(*note_of_limit, words_of_limit);
  ::_exit(exit_role_lost);
}

/// Memory that is the process's own, beside its code: what is shared with the other process is not counted.
void limit_memory(std::uint64_t bytes, crash_note& note) {
  if (bytes == 0) return;
  note_of_limit = &note;
  std::snprintf(words_of_limit, sizeof words_of_limit, "it needed more memory than memory_limit(%s) allows",
                byte_size_text(static_cast<std::int64_t>(bytes)).c_str());
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_DATA, &limit);
  std::set_new_handler(&out_of_memory);
}

class isolated_server {
 public:
  /// `node` is null if the graph has no such stage here.
  isolated_server(role& mine, const graph_node* node, graph_outline outline)
      : mine_{mine},
        channel_{mine.channel},
        memory_{channel_.memory()},
        node_{node},
        outline_{std::move(outline)},
        loans_{channel_, false},
        context_{state_, mine.task.stage, mine.task.worker} {
    state_.graph = mine.task.graph;
    state_.stopping_outside = &memory_.stopping;
    state_.log = make_logger(static_cast<int>(mine.task.log_level));
  }

  [[noreturn]] void serve() {
    const current_body here{state_.graph, mine_.task.stage};
    for (;;) {
      read();
      switch (static_cast<request>(reader_.head().kind)) {
        case request::start:
          hook([this] {
            compare_outlines();
            body_ = node_->make_body();
            body_->start(context_);
            append_record(made_, answer::ready);
          });
          break;
        case request::frame:
          serve_frame();
          break;
        case request::finish:
          hook([this] { write_outputs(body_->finish(context_)); });
          break;
        case request::stop:
          hook([this] {
            if (body_) body_->stop(context_);  // it may not have been made
            body_ = nullptr;
            append_record(made_, answer::stopped);
          });
          std::fflush(nullptr);
          ::_exit(0);
        case request::item:
        case request::over:
          break;  // of a frame that is over
      }
    }
  }

 private:
  void compare_outlines() const {
    const auto differs = outline_difference(decode<graph_outline>(reader_.payload()), outline_);
    if (!differs.empty()) throw graph_error(differs);
    // The outline knows of no options.
    if (node_ == nullptr)
      throw graph_error("graph '" + mine_.task.graph + "', stage '" + mine_.task.stage +
                        "': it is isolated in the program, and not in a worker's process");
  }

  void read() {
    while (!reader_.next(channel_.in())) channel_.wait_in_child(false);
  }

  /// Calls what is the user's; what it throws is the answer.
  template <class F>
  bool call(F f) {
    const auto before = loans_.next();
    try {
      f();
      return true;
    } catch (...) {
      loans_.revoke_from(before);
      made_.clear();
      write_failure(std::current_exception());
      return false;
    }
  }

  template <class F>
  void hook(F f) {
    call(f);
    send();
    channel_.wake_parent();
  }

  void write_failure(const std::exception_ptr& error) {
    const auto bytes = encode(describe_for_others(error));
    append_record(made_, answer::failed, 0,
                  [&](auto& into) { into.insert(into.end(), bytes.begin(), bytes.end()); });
  }

  void write_outputs(batch made) {
    const block_carrier::scope carried{loans_};
    const auto count = node_->output_codec == nullptr ? 0 : made.size();
    append_record(made_, answer::done, count, [&](std::vector<std::byte>& into) {
      const auto table = into.size();
      into.resize(table + count * sizeof(std::uint64_t));
      for (std::uint32_t i = 0; i < count; ++i) {
        const auto before = into.size();
        node_->output_codec->encode(made.item(i), into);
        const std::uint64_t size = into.size() - before;
        std::memcpy(into.data() + table + i * sizeof size, &size, sizeof size);
      }
    });
  }

  /// What is not sent stays until there is room.
  void send() {
    std::span<const std::byte> left{made_};
    while (!left.empty()) {
      left = left.subspan(channel_.out().write(left));
      channel_.out().publish();
      if (!left.empty()) channel_.wait_in_child(true);
    }
    unseen_ += made_.size();
    made_.clear();
    if (unseen_ < channel_memory::ring_bytes / 4) return;
    unseen_ = 0;
    channel_.wake_parent();
  }

  void serve_frame() {
    context_.begin_attempt(reader_.head().count);
    std::uint32_t room = 0;
    if (reader_.payload().size() == sizeof room) std::memcpy(&room, reader_.payload().data(), sizeof room);
    std::uint64_t outputs = 0;
    std::uint64_t index = 0;
    bool going = true;
    bool told = false;
    memory_.progress.fetch_add(1);
    for (;;) {
      going = going && (node_->output_codec == nullptr || outputs < room) && !context_.wants_stop();
      if (!going && !std::exchange(told, true)) tell_over();
      read();
      if (static_cast<request>(reader_.head().kind) == request::over) break;
      look_for_room();
      if (!going) continue;
      const auto made = serve_item(++index);
      going = made.has_value();
      outputs += made.value_or(0);
    }
    if (!told) tell_over();
  }

  void tell_over() {
    append_record(made_, answer::over, context_.wants_stop() ? 1 : 0);
    send();
    channel_.wake_parent();
  }

  /// The parent may wait until a good part of what it wrote has been read.
  void look_for_room() {
    const auto released = channel_.in().released();
    if (released == seen_released_) return;
    seen_released_ = released;
    channel_.wake_parent();
  }

  /// The number of outputs; nothing if it failed.
  std::optional<std::uint32_t> serve_item(std::uint64_t number) {
    if (mine_.task.timed != 0)
      memory_.since.store(std::chrono::steady_clock::now().time_since_epoch().count(),
                          std::memory_order_relaxed);
    memory_.running.store(number, std::memory_order_release);
    std::uint32_t count = 0;
    const bool done = call([&] { count = run_item(); });
    // What it did is told before it counts as done, so that it is not tried again.
    send();
    memory_.running.store(0, std::memory_order_release);
    memory_.progress.store(memory_.progress.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return done ? std::optional{count} : std::nullopt;
  }

  std::uint32_t run_item() {
    body_work work;
    {
      const block_carrier::scope carried{loans_};
      const std::array<std::span<const std::byte>, 1> bytes{reader_.payload()};
      std::exception_ptr failed;
      work.in = node_->input_codec->decode(bytes, failed);
      if (failed) std::rethrow_exception(failed);
    }
    work.room = std::numeric_limits<std::uint32_t>::max();
    work.max_output = mine_.task.max_output > 0 ? mine_.task.max_output : node_->lazy ? usual_max_output : 0;
    work.max_item = mine_.task.max_item;
    body_->run(work, context_);
    if (work.error) std::rethrow_exception(work.error);
    work.in.clear();
    const auto count = work.out.size();
    write_outputs(std::move(work.out));
    return count;
  }

  role& mine_;
  role_channel& channel_;
  channel_memory& memory_;
  const graph_node* node_;
  graph_outline outline_;
  loan_book loans_;
  run_state state_;
  worker_context context_;
  std::unique_ptr<body> body_;
  record_reader reader_;
  std::vector<std::byte> made_;  ///< answers that are not sent
  std::size_t unseen_ = 0;       ///< bytes sent since the parent was last woken
  std::uint64_t seen_released_ = 0;
};

[[noreturn]] void end_with(const std::string& words) {
  std::fprintf(stderr, "penstock: %s\n", words.c_str());
  std::fflush(nullptr);
  ::_exit(exit_role_lost);
}

}  // namespace

void serve_isolated(role& mine, const graph_data& graph) {
  if (graph.name != mine.task.graph) {
    const std::string words = "this process is an isolated worker of graph '" + mine.task.graph +
                              "', but its main runs graph '" + graph.name +
                              "' before: a worker must come to its own without running others (role_graph)";
    note_reason(mine.channel.crash(), words.c_str());
    end_with(words);
  }
  const resolved_graph resolved = resolve_operators(graph);
  const auto found = std::find_if(resolved.nodes.begin(), resolved.nodes.end(),
                                  [&](const graph_node& each) { return each.name == mine.task.stage; });
  const bool usable = found != resolved.nodes.end() && found->make_body && found->input_codec != nullptr;
  report_exits();
  limit_memory(mine.task.memory_limit, mine.channel.crash());
  isolated_server{mine, usable ? &*found : nullptr, outline_of(graph)}.serve();
}

}  // namespace penstock
