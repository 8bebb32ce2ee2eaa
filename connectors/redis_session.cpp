#include <penstock/connectors/redis_session.hpp>

#include <spdlog/logger.h>

#include <charconv>
#include <mutex>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/owner_name.hpp>
#include <penstock/runtime/logger.hpp>

namespace penstock {

namespace {

std::string checked_name(const redis_url& url, std::string queue) {
  if (queue.empty() || queue.find_first_of("{}") != std::string::npos) {
    throw job_queue_error{url.shown(),
                          "the queue is named \"" + queue + "\": expected a name, and no { or } in it"};
  }
  return queue;
}

std::vector<std::string> keys_of(const std::string& queue, const std::string& owner) {
  std::vector<std::string> keys;
  for (const auto* each : {"jobs", "facts", "leases", "ready", "later", "dead", "meta"}) {
    keys.push_back("penstock:{" + queue + "}:" + each);
  }
  keys.push_back("penstock:{" + queue + "}:first:" + owner);
  keys.push_back("penstock:{" + queue + "}:schemas");
  keys.push_back("penstock:{" + queue + "}:unread");
  return keys;
}

}  // namespace

redis_session::redis_session(redis_url url, std::string queue, std::string owner, redis_clocks clocks,
                             const redis_takes& takes)
    : owner_{std::move(owner)},
      clocks_{std::move(clocks)},
      takes_{takes},
      forgetful_{url.forgetful},
      shown_{url.shown() + "#" + checked_name(url, queue)},
      keys_{keys_of(queue, owner_)},
      connection_{std::move(url), shown_} {}

redis_reply redis_session::call(const redis_scripts::script& script,
                                const std::vector<std::string_view>& arguments) {
  unanswered_ = false;
  if (connection_.is_open() && connection_.was_lost()) connection_.close();
  if (!connection_.is_open()) connect(false);
  redis_reply answer;
  if (!lost_ || !script.tells_time) {
    unanswered_ = true;
    answer = run(script, arguments);
    if (answer.is_error("NOGROUP") || answer.is_error("GONE")) {
      // Somebody has emptied the server, or it throws keys away.
      if (answer.is_error("GONE") && answer.text.find("GONE meta") == std::string::npos) lost_ = true;
      answer = prepare(false);
      if (!answer.is_error() && !lost_) answer = run(script, arguments);
    }
    unanswered_ = false;
  }
  if (lost_ && script.tells_time) {
    throw job_queue_error{
        shown_, "the queue's keys are gone from the server although " + std::to_string(jobs_) +
                    " jobs were known to be in it: somebody emptied it, it throws keys away "
                    "(maxmemory-policy), was killed without an append-only file, or is another one"};
  }
  if (!answer.is_error()) return answer;
  // The name may lead to another server by now.
  if (answer.is_error("READONLY") || answer.is_error("MASTERDOWN")) connection_.close();
  connection_.fail(answer);
}

void redis_session::start_over() {
  connection_.close();
  connect(true);
}

void redis_session::connect(bool refuses_late) {
  connection_.open();
  try {
    look_at_server();
    const auto answer = prepare(refuses_late);
    if (answer.is_error()) connection_.fail(answer);
  } catch (...) {
    connection_.close();
    throw;
  }
}

void redis_session::look_at_server() {
  if (forgetful_) return;
  const auto& server = connection_.server();
  if (const auto forgets = server.forgets(); !forgets.empty()) throw job_queue_error{shown_, forgets};
  if (server.is_known()) return;
  static std::once_flag once;
  std::call_once(once, [this] {
    make_logger(spdlog::level::warn)
        ->warn(
            "job queue '{}': the server does not say (INFO) whether it keeps what it is told; set appendonly "
            "yes "
            "and maxmemory-policy noeviction, or say ?forgetful=yes in the URL",
            shown_);
  });
}

redis_reply redis_session::prepare(bool refuses_late) {
  const auto new_id = random_token();
  std::vector<std::string> numbers{std::to_string(takes_.next)};
  for (const auto each : takes_.held) numbers.push_back(std::to_string(each));
  std::vector<std::string_view> words{connection_.server().run, refuses_late ? "1" : "0", numbers[0], new_id};
  words.insert(words.end(), numbers.begin() + 1, numbers.end());
  auto answer = run(redis_scripts::prepare(), words);
  if (!answer.is_error()) adopt(answer);
  return answer;
}

void redis_session::adopt(const redis_reply& prepared) {
  if (prepared.items.size() != 4) fail_unexpected(redis_scripts::prepare());
  const auto& id = prepared.items[2].text;
  const bool was_missing = prepared.items[3].number != 0;
  if (jobs_ > 0 && (id != queue_id_ || was_missing)) lost_ = true;
  if (id == queue_id_) return;
  if (!queue_id_.empty()) time_.forget();
  queue_id_ = id;
}

redis_reply redis_session::run(const redis_scripts::script& script,
                               const std::vector<std::string_view>& arguments) {
  const auto count = std::to_string(keys_.size());
  std::vector<std::string_view> words{"EVALSHA", id_of(script), count};
  words.insert(words.end(), keys_.begin(), keys_.end());
  const auto server_time = clocks_.server ? std::to_string(clocks_.server()) : std::string{};
  const auto sent = clocks_.own();
  const auto time = time_.at(sent, lease_);
  words.insert(words.end(),
               {owner_, server_time, queue_id_, time.expected, time.early, time.late, time.watched});
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto answer = connection_.ask(words);
  if (answer.is_error("NOSCRIPT")) {
    words[0] = "EVAL";
    words[1] = script.text;
    answer = connection_.ask(words);
  }
  if (!script.tells_time || answer.is_error()) return answer;
  if (answer.items.size() < 3) fail_unexpected(script);
  const auto& told = answer.items[0].text;
  std::int64_t queue_time = 0;
  std::from_chars(told.data(), told.data() + told.size(), queue_time);
  time_.answered(queue_time, answer.items[1].number, sent, clocks_.own());
  return answer;
}

const std::string& redis_session::id_of(const redis_scripts::script& script) {
  auto& id = script_ids_[&script];
  if (id.empty()) {
    const auto answer = connection_.ask({"SCRIPT", "LOAD", script.text});
    if (answer.is_error()) connection_.fail(answer);
    id = answer.text;
  }
  return id;
}

void redis_session::fail_unexpected(const redis_scripts::script& script) const {
  throw job_queue_error{shown_, std::string{"the server's answer to '"} + script.name + "' makes no sense"};
}

}  // namespace penstock
