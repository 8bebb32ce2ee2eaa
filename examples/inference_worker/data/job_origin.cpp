#include "data/job_origin.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

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

class sqlite_origin final : public job_origin {
 public:
  explicit sqlite_origin(const std::string& file)
      : file_(file), queue_(file, ps::lease(10s), ps::max_deliveries(5), ps::until_empty) {}

  const std::string& place() const override { return file_; }
  std::size_t waiting() const override {
    const auto now = queue_.store().count();
    return static_cast<std::size_t>(now.queued + now.leased);
  }
  void fill(const std::vector<job>& jobs) override { queue_.put_all(jobs); }
  ps::stream<job> pull_into(ps::graph& g) const override {
    return g.source("pull", queue_, ps::in_flight(jobs_in_flight));
  }

 private:
  std::string file_;
  mutable ps::sqlite_queue<job> queue_;  ///< looking at it may open the file
};

}  // namespace

std::unique_ptr<job_origin> open_spool(const std::string& directory) {
  return std::make_unique<spool_origin>(directory);
}

std::unique_ptr<job_origin> open_queue(const std::string& url) {
  constexpr const char* scheme = "sqlite:";
  if (!url.starts_with(scheme) || url == scheme) {
    throw std::invalid_argument("--queue takes sqlite:FILE, not '" + url + "'");
  }
  return std::make_unique<sqlite_origin>(url.substr(std::string(scheme).size()));
}

}  // namespace inference
