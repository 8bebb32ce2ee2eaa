#include <penstock/runtime/role_channel.hpp>

#include <penstock_test/catch.hpp>

#include <array>
#include <cstring>
#include <numeric>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/shared_buffer.hpp>
#include <penstock/runtime/isolated_records.hpp>
#include <penstock/runtime/loan_book.hpp>

namespace ps = penstock;

namespace {

/// Both ends of a channel in one process.
struct both_ends {
  both_ends() : parent{ps::role_channel::make()}, child{joined()} {}

  std::pair<ps::role_task, ps::role_channel> joined() {
    const int socket = dup(parent.child_socket());
    ps::role_task task;
    task.kind = "test";
    task.stage = "work";
    task.worker = 3;
    parent.begin(task);
    return ps::role_channel::join(socket);
  }

  ps::role_channel parent;
  std::pair<ps::role_task, ps::role_channel> child;
};

using numbers = ps::shared_buffer<int>;

numbers counted(std::size_t size) {
  auto made = numbers::make(size);
  std::iota(made.edit().begin(), made.edit().end(), 0);
  return made;
}

template <class Item>
std::vector<std::byte> carried(ps::loan_book& by, const Item& item) {
  const ps::block_carrier::scope carrier{by};
  return ps::encode(item);
}
template <class Item>
Item brought(ps::loan_book& by, const std::vector<std::byte>& bytes) {
  const ps::block_carrier::scope carrier{by};
  return ps::decode<Item>(bytes);
}

}  // namespace

TEST_CASE("the child's end gets its task") {
  const both_ends ends;
  CHECK(ends.child.first.kind == "test");
  CHECK(ends.child.first.stage == "work");
  CHECK(ends.child.first.worker == 3);
}

TEST_CASE("who waits is woken by the other end's bytes, in both directions") {
  both_ends ends;
  std::thread child{[&] {
    ps::record_reader reader;
    auto& channel = ends.child.second;
    while (!reader.next(channel.in())) channel.wait_in_child(false);
    std::vector<std::byte> reply;
    ps::append_record(reply, ps::answer::ready, reader.head().count + 1);
    channel.out().write(reply);
    channel.out().publish();
    channel.wake_parent();
  }};
  std::vector<std::byte> question;
  ps::append_record(question, ps::request::start, 41);
  ends.parent.out().write(question);
  ends.parent.publish();
  ps::record_reader reader;
  while (!reader.next(ends.parent.in())) ends.parent.wait(false, -1, -1, -1);
  child.join();
  CHECK(reader.head().count == 42);
}

TEST_CASE("a loan ends when the other side lets go, and not before") {
  both_ends ends;
  ps::loan_book mine{ends.parent, true};
  ps::loan_book theirs{ends.child.second, false};
  const auto before = ps::shared_arena::own()->taken();
  {
    auto buffer = counted(100'000);
    const auto bytes = carried(mine, buffer);
    auto there = brought<numbers>(theirs, bytes);
    CHECK(there == buffer);
    buffer = {};
    mine.settle();
    CHECK(ps::shared_arena::own()->taken() > before);
    CHECK(there[99'999] == 99'999);
    CHECK_FALSE(there.editable());
    there = {};
    mine.settle();
  }
  CHECK(ps::shared_arena::own()->taken() == before);
}

TEST_CASE("what comes back to its owner is the same memory, and no loan is left on either side") {
  // In one process both sides have one arena, so the way back is tried with what a third had mapped.
  both_ends ends;
  ps::loan_book mine{ends.parent, true};
  auto buffer = counted(100'000);
  const auto bytes = carried(mine, buffer);
  const auto back = brought<numbers>(mine, bytes);
  CHECK(back.data() == buffer.data());
}

TEST_CASE("what the other side never looked at can be taken back") {
  both_ends ends;
  ps::loan_book mine{ends.parent, true};
  const auto before = ps::shared_arena::own()->taken();
  const auto mark = mine.next();
  static_cast<void>(carried(mine, counted(100'000)));
  CHECK(ps::shared_arena::own()->taken() > before);
  mine.revoke_from(mark);
  CHECK(ps::shared_arena::own()->taken() == before);
}

TEST_CASE("addresses that lie outside of what they name are refused") {
  both_ends ends;
  ps::loan_book mine{ends.parent, true};
  ps::loan_book theirs{ends.child.second, false};
  const auto bytes = carried(mine, counted(100'000));
  static_cast<void>(brought<numbers>(theirs, bytes));
  const auto number = ps::shared_arena::own()->number();
  CHECK_THROWS_AS(theirs.borrow({number, ps::shared_arena::own()->bytes(), 4096, 0}), ps::codec_error);
  CHECK_THROWS_AS(theirs.borrow({number, 0, 4096, 1'000'000}), ps::codec_error);
  CHECK_THROWS_AS(theirs.borrow({number + 1, 0, 4096, 0}), ps::codec_error);
}

#ifndef __SANITIZE_ADDRESS__  // the sanitizers need a descriptor to look at an exception
TEST_CASE("memory whose offer found no free descriptor is offered again") {
  both_ends ends;
  ps::loan_book mine{ends.parent, true};
  ps::loan_book theirs{ends.child.second, false};
  const auto first = carried(mine, counted(100'000));
  const auto second = carried(mine, counted(100'000));
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int lowest = dup(STDIN_FILENO);
  close(lowest);
  const rlimit full{static_cast<rlim_t>(lowest), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &full) == 0);
  CHECK_THROWS_WITH(brought<numbers>(theirs, first), Catch::Matchers::Contains("no descriptor left"));
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK_THROWS_AS(brought<numbers>(theirs, second), ps::codec_error);
  const auto third = carried(mine, counted(100'000));
  CHECK(brought<numbers>(theirs, third) == counted(100'000));
  CHECK(brought<numbers>(theirs, second) == counted(100'000));
}
#endif
