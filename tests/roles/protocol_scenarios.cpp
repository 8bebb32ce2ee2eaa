// Workers' processes that speak for themselves, and so can be stopped between any two of their words; answers
// for which the program has no memory.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/isolated_records.hpp>
#include <penstock/runtime/role_entry.hpp>

#include "scenarios.hpp"

namespace role_program {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t large_block = 100'000;
// On this thread the n-th request for a large block is refused, and whatever is asked for next; 0: none.
constinit thread_local int large_until_refused = 0;
constinit thread_local bool refuses_next = false;

bool refused(std::size_t size) {
  if (std::exchange(refuses_next, false)) return true;
  if (size < large_block || large_until_refused == 0 || --large_until_refused > 0) return false;
  refuses_next = true;
  return true;
}

/// True in one process: the first that asks.
bool is_first(const std::string& trace) {
  std::FILE* const seen = std::fopen(trace.c_str(), "wx");
  if (seen != nullptr) std::fclose(seen);
  return seen != nullptr;
}

/// Serves a sink; a signal stops the process when all items of a frame are done, before it has said that
/// nothing more comes of them.
void serve_until_over(ps::role_channel& channel) {
  ps::record_reader reader;
  std::uint64_t item = 0;
  const auto tell = [&](ps::answer kind) {
    std::vector<std::byte> record;
    ps::append_record(record, kind);
    channel.out().write(record);
    channel.out().publish();
    channel.wake_parent();
  };
  for (;;) {
    while (!reader.next(channel.in())) channel.wait_in_child(false);
    switch (static_cast<ps::request>(reader.head().kind)) {
      case ps::request::start:
        tell(ps::answer::ready);
        break;
      case ps::request::item:
        channel.memory().running.store(++item);
        tell(ps::answer::done);
        channel.memory().running.store(0);
        channel.memory().progress.fetch_add(1);
        break;
      case ps::request::over:
        raise(SIGSTOP);
        break;
      default:
        break;
    }
  }
}

int stopped_before_over(ps::runtime& rt, const words& said) {
  if (ps::role* const mine = ps::own_role(); mine != nullptr && is_first(said.at(0)))
    serve_until_over(mine->channel);
  ps::graph g{"stopped before over"};
  const auto source = g.source("numbers", numbers(10));
  const auto body = [](int) {};
  if (said.size() == 1) source.sink("work", body, ps::isolated, ps::timeout(300ms));
  // Nothing is sent but the frame of an item whose limit can't be had.
  const auto none = [](const int&) -> std::chrono::nanoseconds { throw std::out_of_range{"no limit"}; };
  if (said.size() == 2) source.sink("work", body, ps::isolated, ps::timeout(none), ps::on_error(ps::skip()));
  return run_and_tell(rt, g, "work");
}

/// One answer is large, and there is no memory to take it in, nor to say so. `said`: which of its blocks is
/// refused.
int short_of_memory(ps::runtime& rt, const words& said) {
  ps::graph g{"short of memory"};
  std::atomic<bool> first = true;
  // The thread that asks for the limit is the one that takes the answers.
  const auto limit = [&, which = std::stoi(said.at(0))](const int& n) {
    if (n == 3 && first.exchange(false)) large_until_refused = which;
    return 30s;
  };
  int next = 0;
  bool in_order = true;
  g.source("numbers", numbers(10))
      .stage(
          "work", [](int n) { return std::to_string(n) + std::string(n == 3 ? 2 * large_block : 0, ' '); },
          ps::isolated, ps::timeout(limit), ps::on_error(ps::skip()))
      .sink("end", [&](const std::string& made) { in_order = in_order && std::stoi(made) == ++next; });
  const int code = run_and_tell(rt, g, "work");
  std::cout << (in_order ? "in order " : "out of order ") << next << std::endl;
  return code;
}

/// As much as the library's own: the handler may end the process.
void* take_memory(std::size_t size) {
  if (refused(size)) return nullptr;
  for (;;) {
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    const auto handler = std::get_new_handler();
    if (handler == nullptr) return nullptr;
    handler();
  }
}

}  // namespace

scenarios protocol_scenarios() {
  return {{"stopped-before-over", stopped_before_over}, {"short-of-memory", short_of_memory}};
}

}  // namespace role_program

// Where they are inlined in part, the compiler sees memory of one kind given back as another.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* const memory = role_program::take_memory(size)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return role_program::take_memory(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
