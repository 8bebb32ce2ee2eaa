#include <penstock/connectors/redis_session.hpp>

#include <utility>

#include <penstock/connectors/job_queue_error.hpp>

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
  return keys;
}

}  // namespace

redis_session::redis_session(redis_url url, std::string queue, std::string owner, const redis_takes& takes)
    : owner_{std::move(owner)},
      takes_{takes},
      shown_{url.shown() + "#" + checked_name(url, queue)},
      keys_{keys_of(queue, owner_)},
      connection_{std::move(url), shown_} {}

redis_reply redis_session::call(const redis_scripts::script& script, std::string_view time_us,
                                const std::vector<std::string_view>& arguments) {
  unanswered_ = false;
  if (connection_.is_open() && connection_.was_lost()) connection_.close();
  if (!connection_.is_open()) connect(time_us, false);
  unanswered_ = true;
  auto answer = run(script, time_us, arguments);
  if (answer.is_error("NOGROUP")) {
    // Somebody has emptied the server.
    answer = prepare(time_us, false);
    if (!answer.is_error()) answer = run(script, time_us, arguments);
  }
  unanswered_ = false;
  if (!answer.is_error()) return answer;
  // The name may lead to another server by now.
  if (answer.is_error("READONLY") || answer.is_error("MASTERDOWN")) connection_.close();
  connection_.fail(answer);
}

void redis_session::start_over(std::string_view time_us) {
  connection_.close();
  connect(time_us, true);
}

void redis_session::connect(std::string_view time_us, bool refuses_late) {
  connection_.open();
  const auto answer = prepare(time_us, refuses_late);
  if (!answer.is_error()) return;
  connection_.close();
  connection_.fail(answer);
}

redis_reply redis_session::prepare(std::string_view time_us, bool refuses_late) {
  std::vector<std::string> numbers{std::to_string(takes_.next)};
  for (const auto each : takes_.held) numbers.push_back(std::to_string(each));
  std::vector<std::string_view> words{connection_.server_run(), refuses_late ? "1" : "0"};
  words.insert(words.end(), numbers.begin(), numbers.end());
  return run(redis_scripts::prepare(), time_us, words);
}

redis_reply redis_session::run(const redis_scripts::script& script, std::string_view time_us,
                               const std::vector<std::string_view>& arguments) {
  const auto count = std::to_string(keys_.size());
  std::vector<std::string_view> words{"EVALSHA", id_of(script), count};
  words.insert(words.end(), keys_.begin(), keys_.end());
  words.push_back(owner_);
  words.push_back(time_us);
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto answer = connection_.ask(words);
  if (answer.is_error("NOSCRIPT")) {
    words[0] = "EVAL";
    words[1] = script.text;
    answer = connection_.ask(words);
  }
  return answer;
}

const std::string& redis_session::id_of(const redis_scripts::script& script) {
  auto& id = ids_[&script];
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
