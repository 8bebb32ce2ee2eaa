#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/file_watch.hpp>
#include <penstock/connectors/job_ledger.hpp>
#include <penstock/connectors/job_store.hpp>
#include <penstock/connectors/owner_name.hpp>
#include <penstock/connectors/sqlite_database.hpp>

namespace penstock {

/// Time that all processes of this machine share, and which start of it that counts from.
struct machine_time {
  virtual ~machine_time() = default;
  virtual std::int64_t now_ns() const;   ///< stands still while the machine sleeps, as its processes do
  virtual std::string boot() const;      ///< another text after each start of the machine
  virtual std::int64_t unix_ns() const;  ///< for people
};

/// The jobs in a SQLite file. What a call has done is on the disk when it returns, and a process that is
/// killed at any point leaves either all of a call or nothing. Done jobs are deleted: what came of them is
/// elsewhere, and the file stays small. Any thread; throws job_queue_error.
class sqlite_job_store final : public job_store, public job_ledger {
 public:
  /// `owner` must be no other store's; it is what `list` shows. Stores whose owners differ only behind the
  /// last colon are of one process, which a job that is to run alone has for itself.
  explicit sqlite_job_store(const std::filesystem::path& file, bool create = true,
                            std::string owner = new_owner_name(),
                            std::shared_ptr<const machine_time> time = std::make_shared<machine_time>());
  ~sqlite_job_store() override;

  const std::filesystem::path& file() const { return database_.file(); }

  using job_ledger::put;
  using job_ledger::put_all;
  /// Refused while the disk has no room but for verdicts.
  std::int64_t put(const stored_item& item, std::chrono::nanoseconds delay) override;
  std::vector<std::int64_t> put_all(const std::vector<stored_item>& items,
                                    std::chrono::nanoseconds delay) override;

  take_result take(const delivery_rules& rules) override;
  bool ack(const job_receipt& delivery) override;
  bool nack(const job_receipt& delivery, const std::string& reason) override;
  bool nack(const job_receipt& delivery, const std::string& reason, std::chrono::nanoseconds delay);
  bool bury(const job_receipt& delivery, const std::string& reason) override;
  std::vector<job_receipt> extend(std::span<const job_receipt> deliveries,
                                  std::chrono::nanoseconds lease) override;
  void on_change(std::function<void()> wake) override;

  using job_ledger::list;
  std::vector<job_view> list(std::string_view state) const override;
  bool requeue(std::int64_t job) override;
  std::int64_t requeue_all() override;
  job_counts count() const override;

 private:
  void begin_writing();
  void bring_back_lost(const delivery_rules& rules);
  bool may_take(const delivery_rules& rules, std::int64_t others, unsigned deaths) const;
  taken_job read_job(std::int64_t job, std::uint64_t delivery, unsigned deaths) const;
  void look_ahead(take_result& answer) const;
  void make_room_check(const stored_item& item) const;
  std::int64_t insert(const stored_item& item, std::chrono::nanoseconds delay);
  bool settle(const std::function<bool()>& write);
  void write_at_all_costs(const std::function<void()>& write);

  mutable std::mutex mutex_;
  mutable sqlite_database database_;
  std::string owner_;
  std::string process_;  ///< how the owners of all its stores begin
  std::shared_ptr<const machine_time> time_;
  std::string boot_;
  std::unique_ptr<file_watch> watch_;
  bool writes_ = false;
};

}  // namespace penstock
