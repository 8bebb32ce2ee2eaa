#include "data/job_origin.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

#include <penstock/connectors/redis_queue.hpp>
#include <penstock/connectors/sqlite_queue.hpp>

#include "data/spool.hpp"

namespace inference {

namespace {

namespace ps = penstock;
using namespace std::chrono_literals;

/// Jobs under way at a time; the others are left to other workers.
constexpr int jobs_in_flight = 16;

/// Takes jobs from the spool. A job's file is deleted when the job is settled, and given back when it failed.
class spool_source {
 public:
  explicit spool_source(std::shared_ptr<spool> jobs) : jobs_(std::move(jobs)) {}

  std::optional<job> operator()() { return jobs_->take(); }
  void ack(const job& settled) { jobs_->done(settled.name); }
  /// The runtime prints why; a line for each job that was under way would bury it.
  void nack(const job& failed, const std::string& /*reason*/) { jobs_->give_back(failed.name); }

 private:
  std::shared_ptr<spool> jobs_;
};

class spool_origin final : public job_origin {
 public:
  explicit spool_origin(const std::string& directory)
      : directory_(directory), jobs_(std::make_shared<spool>(directory)) {}

  const std::string& place() const override { return directory_; }
  std::size_t waiting() const override { return jobs_->waiting(); }
  void fill(const std::vector<job>& jobs) override { jobs_->fill(jobs); }
  ps::stream<job> pull_into(ps::graph& g) const override {
    return g.source("pull", spool_source{jobs_}, ps::in_flight(jobs_in_flight));
  }

 private:
  std::string directory_;
  std::shared_ptr<spool> jobs_;
};

/// A job queue of penstock's, wherever it lies.
template <class Queue>
class queue_origin final : public job_origin {
 public:
  /// `where` are the first arguments of the queue.
  template <class... Where>
  explicit queue_origin(std::string place, const Where&... where)
      : place_(std::move(place)), queue_(where..., ps::lease(10s), ps::max_deliveries(5), ps::until_empty) {}

  const std::string& place() const override { return place_; }
  std::size_t waiting() const override {
    const auto now = queue_.store().count();
    return static_cast<std::size_t>(now.queued + now.leased);
  }
  void fill(const std::vector<job>& jobs) override { queue_.put_all(jobs); }
  ps::stream<job> pull_into(ps::graph& g) const override {
    return g.source("pull", queue_, ps::in_flight(jobs_in_flight));
  }

 private:
  std::string place_;
  mutable Queue queue_;  ///< looking at it may open it
};

}  // namespace

std::unique_ptr<job_origin> open_spool(const std::string& directory) {
  return std::make_unique<spool_origin>(directory);
}

std::unique_ptr<job_origin> open_queue(const std::string& url) {
  if (ps::redis_url::is_one(url)) {
    const auto server = ps::redis_url::parse(url);
    const auto name = server.queue.empty() ? std::string("inference") : server.queue;
    return std::make_unique<queue_origin<ps::redis_queue<job>>>(server.shown() + "#" + name, url, name);
  }
  const std::string scheme = "sqlite:";
  if (!url.starts_with(scheme) || url == scheme) {
    throw std::invalid_argument(
        "--queue takes sqlite:FILE, redis://HOST[#NAME] or unix:///SOCKET[#NAME], not '" + url + "'");
  }
  const auto file = url.substr(scheme.size());
  return std::make_unique<queue_origin<ps::sqlite_queue<job>>>(file, std::filesystem::path(file));
}

}  // namespace inference
