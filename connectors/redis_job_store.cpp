#include <penstock/connectors/redis_job_store.hpp>

#include <ctime>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {

constexpr std::size_t most_at_once = 300'000;  // Redis takes a million words in a command
constexpr std::size_t most_verdicts = 20'000;  // so that the server does nothing else for some 0.1 s
constexpr std::uint32_t most_jobs = 1'000;     // as many words as a script gives to a command
constexpr std::chrono::nanoseconds no_delay{};

std::string us_text(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::microseconds>(time).count());
}

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Also while the machine sleeps.
std::int64_t machine_time() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

redis_clocks clocks_of(redis_job_store::clock server, redis_job_store::clock own) {
  if (!own) own = server ? server : &machine_time;
  return {std::move(server), std::move(own)};
}

}  // namespace

redis_job_store::redis_job_store(const redis_url& url, const std::string& queue, std::string owner,
                                 clock server_time, clock own_time)
    : url_{url},
      session_{url, queue, std::move(owner), clocks_of(std::move(server_time), std::move(own_time)), takes_} {
  count();
}

redis_job_store::~redis_job_store() {
  watch_.reset();
  if (!session_.is_connected()) return;
  try {
    session_.call(redis_scripts::leave(), {});
  } catch (...) {
    // Its name is on the server's list of consumers for a day.
  }
}

void redis_job_store::on_change(std::function<void()> wake) {
  watch_ = std::make_unique<redis_watch>(url_, session_.shown(), session_.channel(), std::move(wake));
}

std::int64_t redis_job_store::put(const stored_item& item, std::chrono::nanoseconds delay) {
  return put_some({&item}, delay).front();
}

std::vector<std::int64_t> redis_job_store::put_all(const std::vector<stored_item>& items,
                                                   std::chrono::nanoseconds delay) {
  if (items.empty()) return {};
  if (items.size() > most_at_once) {
    throw job_queue_error{
        session_.shown(),
        std::to_string(items.size()) + " jobs at once: expected at most " + std::to_string(most_at_once)};
  }
  std::vector<const stored_item*> all;
  for (const auto& each : items) all.push_back(&each);
  return put_some(all, delay);
}

std::vector<std::int64_t> redis_job_store::put_some(const std::vector<const stored_item*>& items,
                                                    std::chrono::nanoseconds delay) {
  const auto wait = us_text(delay);
  redis_schemas described;
  std::vector<std::string> types;
  std::vector<std::string_view> words;
  types.reserve(items.size());
  for (const auto* each : items) {
    // Else it would look like somebody's mistake, and be dead.
    if (each->archive.empty() && each->json.empty())
      throw job_queue_error{session_.shown(), "a job has neither an archive nor JSON"};
    words.push_back(text_of(each->archive));
    words.push_back(each->json);
    auto& type = types.emplace_back(each->type);
    if (each->schema) {
      type += '\0' + each->schema->hash;
      described.emplace(each->schema->hash, each->schema);
    }
    words.push_back(type);
  }
  std::vector<std::string_view> descriptions;
  for (const auto& [hash, schema] : described)
    descriptions.insert(descriptions.end(), {hash, schema->description});

  const std::lock_guard lock{mutex_};
  std::vector<std::int64_t> numbers;
  // Descriptions are sent only where the server misses them.
  for (const bool describes : {false, true}) {
    const auto count = std::to_string(describes ? described.size() : 0);
    std::vector<std::string_view> all{wait, count};
    if (describes) all.insert(all.end(), descriptions.begin(), descriptions.end());
    all.insert(all.end(), words.begin(), words.end());
    for (const auto& each : session_.call(redis_scripts::put(), all).items) {
      auto& number = numbers.emplace_back();
      std::from_chars(each.text.data(), each.text.data() + each.text.size(), number);
      if (number <= 0) session_.fail_unexpected(redis_scripts::put());
    }
    if (!numbers.empty()) break;
  }
  if (numbers.size() != items.size()) session_.fail_unexpected(redis_scripts::put());
  session_.expect_jobs(session_.expected_jobs() + static_cast<std::int64_t>(items.size()));
  return numbers;
}

/// A new connection, on which the server gives back what we have not heard of.
void redis_job_store::make_sure() {
  if (unsure_ == 0) return;
  // Before anything that may fail: numbers that are left out harm nobody.
  takes_.next += unsure_;
  session_.start_over();
  unsure_ = 0;
}

void redis_job_store::give_back_unsure() {
  const std::lock_guard lock{mutex_};
  make_sure();
}

exchange_result redis_job_store::exchange(std::span<const job_verdict> verdicts, const take_order* wanted) {
  const std::lock_guard lock{mutex_};
  exchange_result all;
  while (verdicts.size() > most_verdicts) {
    auto part = exchange_part(verdicts.first(most_verdicts), no_delay, nullptr);
    std::move(part.late.begin(), part.late.end(), std::back_inserter(all.late));
    verdicts = verdicts.subspan(most_verdicts);
  }
  auto last = exchange_part(verdicts, no_delay, wanted);
  last.late.insert(last.late.begin(), all.late.begin(), all.late.end());
  return last;
}

exchange_result redis_job_store::exchange_part(std::span<const job_verdict> verdicts,
                                               std::chrono::nanoseconds delay, const take_order* wanted) {
  const auto most = wanted == nullptr ? 0 : std::min(wanted->most, most_jobs);
  if (most > 0) {
    make_sure();
    session_.set_lease(wanted->rules.lease);
    if (watch_ != nullptr) watch_->arm();  // before looking, so that nothing is missed
    reader_ = wanted->reader;
  }
  redis_exchange exchange{verdicts, delay, reader_};
  if (most > 0) {
    exchange.want(*wanted, most, takes_.next);
    unsure_ = most;
  }
  redis_reply reply;
  try {
    reply = session_.call(redis_scripts::exchange(), exchange.words(schemas_));
  } catch (const job_queue_error&) {
    if (most > 0 && !session_.is_unanswered()) unsure_ = 0;
    throw;
  }
  auto answer = exchange.read(reply, schemas_);
  if (!answer) session_.fail_unexpected(redis_scripts::exchange());
  session_.expect_jobs(answer->left);
  auto& result = answer->result;
  for (const auto& each : verdicts) takes_.held.erase(each.delivery.delivery);
  if (most > 0) {
    // It counts as answered last: without memory for the answer the jobs go back.
    std::set<std::uint64_t> held;
    for (const auto& each : result.jobs) held.insert(each.receipt.delivery);
    takes_.held.merge(held);
    takes_.next += std::max<std::size_t>(result.jobs.size(), 1);
    unsure_ = 0;
  }
  if (watch_ != nullptr && !result.jobs.empty()) watch_->disarm();
  // Others are told by the server if they can have a job; here it may be what a suspect has waited for.
  if (watch_ != nullptr && most == 0 && result.late.size() < verdicts.size()) watch_->ring();
  return std::move(result);
}

take_result redis_job_store::take(const delivery_rules& rules) {
  const take_order order{rules, 1, {}};
  auto found = exchange({}, &order);
  take_result result;
  if (!found.jobs.empty()) result.job = std::move(found.jobs.front());
  result.again_in = found.again_in;
  result.empty = found.empty;
  return result;
}

bool redis_job_store::settle(const job_receipt& delivery, job_fate is, const std::string& reason,
                             std::chrono::nanoseconds delay) {
  const job_verdict verdict{delivery, is, reason};
  const std::lock_guard lock{mutex_};
  return exchange_part({&verdict, 1}, delay, nullptr).late.empty();
}

bool redis_job_store::ack(const job_receipt& delivery) {
  return settle(delivery, job_fate::acked, {}, no_delay);
}

bool redis_job_store::nack(const job_receipt& delivery, const std::string& reason) {
  return settle(delivery, job_fate::nacked, reason, no_delay);
}

bool redis_job_store::nack(const job_receipt& delivery, const std::string& reason,
                           std::chrono::nanoseconds delay) {
  return settle(delivery, job_fate::nacked, reason, delay);
}

bool redis_job_store::bury(const job_receipt& delivery, const std::string& reason) {
  return settle(delivery, job_fate::buried, reason, no_delay);
}

std::vector<job_receipt> redis_job_store::extend(std::span<const job_receipt> deliveries,
                                                 std::chrono::nanoseconds lease) {
  std::vector<job_receipt> lost;
  if (deliveries.empty()) return lost;
  const auto length = us_text(lease);
  std::vector<std::string> numbers;
  for (const auto& each : deliveries) numbers.push_back(std::to_string(each.delivery));
  std::vector<std::string_view> words{length};
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    words.push_back(deliveries[i].job);
    words.push_back(numbers[i]);
  }
  const std::lock_guard lock{mutex_};
  session_.set_lease(lease);
  const auto answer = session_.call(redis_scripts::extend(), words);
  for (const auto& each : answer.items.at(2).items) {
    const auto place = static_cast<std::size_t>(each.number);
    if (place >= deliveries.size()) session_.fail_unexpected(redis_scripts::extend());
    lost.push_back(deliveries[place]);
  }
  return lost;
}

}  // namespace penstock
