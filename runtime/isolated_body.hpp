#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/actors/body.hpp>
#include <penstock/actors/call_guard.hpp>
#include <penstock/messages/item_codec.hpp>
#include <penstock/runtime/graph_outline.hpp>
#include <penstock/runtime/isolated_exchange.hpp>
#include <penstock/runtime/loan_book.hpp>
#include <penstock/runtime/role_channel.hpp>
#include <penstock/runtime/role_process.hpp>

namespace penstock {

/// What all isolated workers of a stage have in common. Immutable.
struct isolated_plan {
  std::string graph;
  std::string stage;
  const item_codec* input = nullptr;
  const item_codec* output = nullptr;  ///< null: a sink
  time_limit limit;                    ///< of the body, per item
  std::uint32_t max_output = 0;        ///< outputs of an item; 0: any number
  std::uint64_t max_item = 0;          ///< bytes of the heaviest output; 0: any weight
  std::uint64_t memory_limit = 0;      ///< bytes of the process; 0: none
  bool has_on_end = false;
  graph_outline outline{};  ///< of the graph, which the process must build alike
};

/// A body that runs in a process of its own: this program started anew, which builds the same graph and
/// serves as a worker of the stage. Items go there by archive and come back so, what lies in shared_buffers
/// without a copy. Whatever ends that process costs this instance and nothing else: `run` then says which
/// item was at work. One thread.
class isolated_body final : public body {
 public:
  explicit isolated_body(std::shared_ptr<const isolated_plan> plan);
  ~isolated_body() override;

  /// Starts the process and waits until its `on_start` has returned. Throws what that threw; if the process
  /// ends before, the first `run` says so.
  void start(worker_context& context) override;
  void run(body_work& work, worker_context& context) override;
  batch finish(worker_context& context) override;
  void stop(worker_context& context) override;
  void when_lost(std::function<void()> tell) override { tell_lost_ = std::move(tell); }
  std::exception_ptr lost() override;

 private:
  class stop_watch;
  class end_watch;

  void begin_process(worker_context& context);
  std::string place() const;
  role_task task() const;
  void ask(request kind, std::span<const std::byte> payload = {});
  /// Waits for an answer to a hook. False: the process has ended. Throws what the hook threw.
  bool await(answer kind);
  void take_answers(isolated_exchange& items);
  void wait(bool for_room, const isolated_exchange* items);
  std::int64_t time_left(const isolated_exchange& items);
  void bury(std::string_view why = {}, const std::exception_ptr& thrown = nullptr) noexcept;
  std::exception_ptr crash_in_words(std::string_view why, const std::exception_ptr& thrown);

  std::shared_ptr<const isolated_plan> plan_;
  unsigned worker_ = 0;
  std::optional<role_channel> channel_;
  std::optional<loan_book> loans_;
  role_process process_;
  std::unique_ptr<stop_watch> stop_watch_;
  std::unique_ptr<end_watch> end_watch_;  ///< set: the process has not been seen to end
  std::function<void()> tell_lost_;
  record_reader reader_;
  std::shared_ptr<spdlog::logger> log_;
  bool ready_ = false;           ///< it has begun to serve
  bool confused_ = false;        ///< what the process sends can't be taken any more; it is ended then
  std::exception_ptr crash_;     ///< set: the process has ended
  std::exception_ptr wordless_;  ///< a crash for which no memory is left to say how it came
  std::int64_t late_after_ = 0;  ///< ns; the limit that an item has overrun
  std::int64_t ends_by_ = 0;     ///< ns; the run is being aborted, and it has until then
  std::uint64_t progress_ = 0;
  std::int64_t progressed_ = 0;  ///< ns; when `progress_` was seen to change
};

/// Bodies of a stage whose workers are processes of their own.
std::function<std::unique_ptr<body>()> isolated_body_maker(isolated_plan plan);

}  // namespace penstock
