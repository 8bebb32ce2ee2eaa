// Workers' processes that speak for themselves, and so can be stopped between any two of their words.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/isolated_records.hpp>
#include <penstock/runtime/role_entry.hpp>

#include "scenarios.hpp"

namespace role_program {

using namespace std::chrono_literals;

namespace {

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

}  // namespace

scenarios protocol_scenarios() { return {{"stopped-before-over", stopped_before_over}}; }

}  // namespace role_program
