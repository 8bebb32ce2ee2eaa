#include <penstock/connectors/redis_job_store.hpp>

#include <charconv>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {

constexpr std::size_t most_at_once = 300'000;  // Redis takes a million words in a command

std::string us_text(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::microseconds>(time).count());
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

redis_job_store::redis_job_store(const redis_url& url, const std::string& queue, std::string owner,
                                 clock time)
    : url_{url}, time_{std::move(time)}, session_{url, queue, std::move(owner), takes_} {
  count();
}

redis_job_store::~redis_job_store() {
  watch_.reset();
  if (!session_.is_connected()) return;
  try {
    call(redis_scripts::leave(), {});
  } catch (...) {
    // Its name is on the server's list of consumers for a day.
  }
}

redis_reply redis_job_store::call(const redis_scripts::script& script,
                                  const std::vector<std::string_view>& arguments) const {
  return session_.call(script, time_text(), arguments);
}

std::string redis_job_store::time_text() const { return time_ ? std::to_string(time_()) : std::string{}; }

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
  std::vector<std::string_view> words{wait};
  for (const auto* each : items) {
    // Else it would look like somebody's mistake, and be dead.
    if (each->archive.empty() && each->json.empty())
      throw job_queue_error{session_.shown(), "a job has neither an archive nor JSON"};
    words.push_back(text_of(each->archive));
    words.push_back(each->json);
    words.push_back(each->type);
  }
  const std::lock_guard lock{mutex_};
  const auto answer = call(redis_scripts::put(), words);
  if (answer.items.size() != items.size()) session_.fail_unexpected(redis_scripts::put());
  std::vector<std::int64_t> numbers;
  for (const auto& each : answer.items) {
    std::int64_t job = 0;
    std::from_chars(each.text.data(), each.text.data() + each.text.size(), job);
    if (job <= 0) session_.fail_unexpected(redis_scripts::put());
    numbers.push_back(job);
  }
  return numbers;
}

/// A new connection, on which the server gives back what we have not heard of.
void redis_job_store::make_sure() {
  if (!unsure_) return;
  ++takes_.next;
  session_.start_over(time_text());
  unsure_ = false;
}

void redis_job_store::give_back_unsure() {
  const std::lock_guard lock{mutex_};
  make_sure();
}

take_result redis_job_store::take(const delivery_rules& rules) {
  const std::lock_guard lock{mutex_};
  make_sure();
  if (watch_ != nullptr) watch_->arm();  // before looking, so that nothing is missed
  const auto lease = us_text(rules.lease);
  const auto suspect_from = std::to_string(rules.suspect_from());
  const auto limit = std::to_string(rules.max_deliveries);
  const auto number = std::to_string(takes_.next);
  unsure_ = true;
  redis_reply answer;
  try {
    answer = call(redis_scripts::take(), {lease, suspect_from, limit, number});
  } catch (const job_queue_error&) {
    unsure_ = session_.is_unanswered();
    throw;
  }

  take_result result;
  auto& items = answer.items;
  // It counts as answered last: without memory for the answer the job goes back.
  const auto answered = [&] {
    if (result.job) takes_.held.insert(takes_.next);
    ++takes_.next;
    unsure_ = false;
    return std::move(result);
  };
  if (items.size() == 2) {
    if (items[0].number >= 0) result.again_in = std::chrono::microseconds{items[0].number};
    result.empty = items[1].number != 0;
    return answered();
  }
  if (items.size() != 6) session_.fail_unexpected(redis_scripts::take());
  if (watch_ != nullptr) watch_->disarm();
  taken_job& job = result.job.emplace();
  job.receipt = {std::move(items[0].text), static_cast<std::uint64_t>(items[1].number)};
  job.deaths = static_cast<unsigned>(items[2].number);
  job.item = {bytes_of(items[3].text), std::move(items[4].text), std::move(items[5].text)};
  return answered();
}

bool redis_job_store::verdict(const redis_scripts::script& script, const job_receipt& delivery,
                              const std::vector<std::string_view>& more) {
  const auto number = std::to_string(delivery.delivery);
  std::vector<std::string_view> words{delivery.job, number};
  words.insert(words.end(), more.begin(), more.end());
  const std::lock_guard lock{mutex_};
  const bool ours = call(script, words).number == 1;
  takes_.held.erase(delivery.delivery);
  return ours;
}

/// Others are told by the server if they can have it; here it may be what a suspect has waited for.
bool redis_job_store::settle(const redis_scripts::script& script, const job_receipt& delivery,
                             const std::vector<std::string_view>& more) {
  const bool ours = verdict(script, delivery, more);
  if (ours && watch_ != nullptr) watch_->ring();
  return ours;
}

bool redis_job_store::ack(const job_receipt& delivery) { return settle(redis_scripts::ack(), delivery, {}); }

bool redis_job_store::nack(const job_receipt& delivery, const std::string& reason) {
  return nack(delivery, reason, {});
}

bool redis_job_store::nack(const job_receipt& delivery, const std::string& reason,
                           std::chrono::nanoseconds delay) {
  const auto wait = us_text(delay);
  return settle(redis_scripts::nack(), delivery, {reason, wait});
}

bool redis_job_store::bury(const job_receipt& delivery, const std::string& reason) {
  return settle(redis_scripts::bury(), delivery, {reason});
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
  for (const auto& each : call(redis_scripts::extend(), words).items) {
    const auto place = static_cast<std::size_t>(each.number);
    if (place >= deliveries.size()) session_.fail_unexpected(redis_scripts::extend());
    lost.push_back(deliveries[place]);
  }
  return lost;
}

}  // namespace penstock
