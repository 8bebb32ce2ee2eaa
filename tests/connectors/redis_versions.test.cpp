// Workers of the state before and of this one on one queue: the scripts of version 0.1 as they were, in
// lua_before/.

#include <penstock/connectors/redis_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

std::string text_of(const std::string& name) {
  std::ifstream file{PENSTOCK_SOURCE_DIR "/tests/connectors/lua_before/" + name + ".lua"};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// What a worker of the state before asks the server for.
class worker_before {
 public:
  worker_before(shared_server& queue, std::string owner) : queue_{queue}, owner_{std::move(owner)} {
    run("prepare", {run_id(), "0", "1"});
  }

  void put(const std::string& json) { run("put", {"0", "", json, "int"}); }
  struct taken {
    std::string job;
    std::string take;
    std::string json;
    std::int64_t deaths = 0;
  };
  /// Without a job: an empty one.
  taken take() {
    const auto number = std::to_string(next_++);
    const auto answer = run("take", {"10000000", "2", "5", number});
    if (answer.items.size() != 6) return {};
    return {answer.items[0].text, number, answer.items[4].text, answer.items[2].number};
  }
  bool ack(const taken& job) { return run("ack", {job.job, job.take}).number == 1; }
  bool nack(const taken& job) { return run("nack", {job.job, job.take, "drained", "0"}).number == 1; }

 private:
  std::string run_id() {
    const auto info = queue_.server.ask({"INFO", "server"}).text;
    const auto at = info.find("run_id:") + 7;
    return info.substr(at, info.find('\r', at) - at);
  }
  ps::redis_reply run(const std::string& name, const std::vector<std::string_view>& arguments) {
    const auto text = text_of("common") + text_of(name);
    std::vector<std::string> keys;
    for (const auto* each : {"jobs", "facts", "leases", "ready", "later", "dead", "meta"})
      keys.push_back(std::string{"penstock:{jobs}:"} + each);
    keys.push_back("penstock:{jobs}:first:" + owner_);
    const auto time = std::to_string(queue_.now_us);
    std::vector<std::string_view> words{"EVAL", text, "8"};
    words.insert(words.end(), keys.begin(), keys.end());
    words.insert(words.end(), {owner_, time});
    words.insert(words.end(), arguments.begin(), arguments.end());
    return queue_.server.ask(words);
  }

  shared_server& queue_;
  std::string owner_;
  int next_ = 1;
};

}  // namespace

TEST_CASE("workers of both states work on one queue, whoever made it and whoever put the jobs") {
  const auto old_first = GENERATE(false, true);
  shared_server queue;
  if (old_first) worker_before{queue, "first"}.put("0");
  auto ours = queue.open("ours");
  worker_before theirs{queue, "theirs"};
  for (int i = 0; i < 30; ++i) {
    if (i % 2 == 0) theirs.put(std::to_string(i));
    if (i % 2 == 1) ours->put({{}, std::to_string(i), "int", {}});
  }
  std::map<std::string, int> done;
  const ps::take_order three{queue.rules, 3, "aaaa"};
  std::vector<ps::job_verdict> verdicts;
  for (bool more = true; more;) {
    const auto group = ours->exchange(verdicts, &three);
    CHECK(group.late.empty());
    verdicts.clear();
    for (const auto& each : group.jobs) {
      const bool refused = done[each.item.json] == 0 && each.receipt.delivery % 5 == 0;
      verdicts.push_back({each.receipt, refused ? ps::job_fate::nacked : ps::job_fate::acked, {}});
      if (!refused) ++done[each.item.json];
    }
    const auto theirs_now = theirs.take();
    if (!theirs_now.job.empty() && std::stoi(theirs_now.take) % 4 == 0) {
      CHECK(theirs.nack(theirs_now));
    } else if (!theirs_now.job.empty()) {
      CHECK(theirs.ack(theirs_now));
      ++done[theirs_now.json];
    }
    more = !verdicts.empty() || !theirs_now.job.empty();
  }
  CHECK(done.size() == 30);
  for (const auto& [job, times] : done) CHECK(times == (old_first && job == "0" ? 2 : 1));
  CHECK(ours->count().done == (old_first ? 31 : 30));
}

TEST_CASE("a job of a dead worker of one state comes to one of the other, with its deaths") {
  shared_server queue;
  auto ours = queue.open("ours");
  ours->put(text_item("job"));
  worker_before theirs{queue, "theirs"};
  const auto first = theirs.take();
  REQUIRE(first.json == "\"job\"");
  queue.lose_all();
  const auto second = ours->take(queue.rules).job;
  REQUIRE(second);
  CHECK(second->deaths == 1);
  CHECK_FALSE(theirs.ack(first));
  queue.lose_all();
  const auto third = theirs.take();
  CHECK(third.deaths == 2);
  CHECK_FALSE(ours->ack(second->receipt));
  CHECK(theirs.ack(third));
}

TEST_CASE(
    "what a worker of the state before gives back is still passed over by those that could not read it") {
  shared_server queue;
  auto ours = queue.open("ours");
  worker_before theirs{queue, "theirs"};
  ours->put(text_item("job"));
  const ps::take_order to_us{queue.rules, 1, "aaaa"};
  const ps::take_order to_all{queue.rules, 1, {}};
  const ps::job_verdict unread{ours->exchange({}, &to_us).jobs.at(0).receipt, ps::job_fate::unreadable, "x"};
  ours->exchange(std::vector{unread}, nullptr);
  CHECK(theirs.take().job.empty());
  auto dies = queue.open("dies");
  CHECK(dies->exchange({}, &to_all).jobs.size() == 1);
  queue.lose_all();
  const auto back = theirs.take();  // which knows of no readers
  REQUIRE(back.json == "\"job\"");
  CHECK(theirs.nack(back));
  const auto passed = ours->exchange({}, &to_us);
  CHECK(passed.jobs.empty());
  CHECK(passed.unreadable == 1);
}
