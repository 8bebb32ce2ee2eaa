// What people ask of a queue: redis_job_store's list, requeue and count.

#include <penstock/connectors/redis_job_store.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace penstock {

namespace {

constexpr auto page_size = "200";  // entries that the server looks at without doing anything else

std::int64_t number_in(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

job_view view_of(redis_reply& from) {
  auto& items = from.items;
  job_view job;
  job.job = number_in(items[0].text);
  job.state = std::move(items[1].text);
  job.deliveries = static_cast<std::uint64_t>(items[2].number);
  job.deaths = static_cast<unsigned>(items[3].number);
  job.put_ns = number_in(items[4].text) * 1000;
  job.owner = std::move(items[5].text);
  job.reason = std::move(items[6].text);
  job.type = std::move(items[7].text);
  job.json = std::move(items[8].text);
  for (std::string_view left = items[9].text; !left.empty();) {
    const auto end = std::min(left.find(','), left.size());
    job.unread_by.emplace_back(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return job;
}

}  // namespace

std::vector<job_view> redis_job_store::list(std::string_view state) const {
  const std::lock_guard lock{mutex_};
  std::vector<job_view> jobs;
  for (std::string from = "-"; !from.empty();) {
    auto page = session_.call(redis_scripts::list(), {state, from, page_size});
    if (page.items.empty()) session_.fail_unexpected(redis_scripts::list());
    for (std::size_t i = 1; i < page.items.size(); ++i) {
      if (page.items[i].items.size() != 10) session_.fail_unexpected(redis_scripts::list());
      jobs.push_back(view_of(page.items[i]));
    }
    from = std::move(page.items[0].text);
  }
  return jobs;
}

bool redis_job_store::requeue(std::int64_t job) {
  const std::lock_guard lock{mutex_};
  return session_.call(redis_scripts::requeue(), {std::to_string(job)}).number == 1;
}

std::int64_t redis_job_store::requeue_all() {
  const std::lock_guard lock{mutex_};
  return session_.call(redis_scripts::requeue(), {}).number;
}

job_counts redis_job_store::count() const {
  const std::lock_guard lock{mutex_};
  const auto answer = session_.call(redis_scripts::count(), {});
  if (answer.items.size() != 4) session_.fail_unexpected(redis_scripts::count());
  return {answer.items[0].number, answer.items[1].number, answer.items[2].number, answer.items[3].number};
}

}  // namespace penstock
