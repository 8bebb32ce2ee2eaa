#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/file_watch.hpp>
#include <penstock/connectors/job_ledger.hpp>
#include <penstock/connectors/job_store.hpp>
#include <penstock/connectors/machine_time.hpp>
#include <penstock/connectors/owner_name.hpp>
#include <penstock/connectors/sqlite_database.hpp>
#include <penstock/connectors/sqlite_owners.hpp>
#include <penstock/connectors/sqlite_schemas.hpp>

namespace penstock {

struct job_run;

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

  exchange_result exchange(std::span<const job_verdict> verdicts, const take_order* wanted) override;

  // Each an exchange of its own.
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
  struct due_job;
  struct job_group;

  sqlite_connection& connection() const { return database_.connection(); }
  void begin_writing();
  void complete_tables();
  void enter(const delivery_rules& rules);
  std::vector<std::int64_t> add(std::span<const stored_item> items, std::chrono::nanoseconds delay);
  bool leaves_room(std::span<const stored_item> items, bool log_is_new);
  std::int64_t insert(const stored_item& item, std::chrono::nanoseconds delay);
  bool write_at_once(const std::function<void()>& write, bool log_is_new);
  void write_at_all_costs(const std::function<void()>& write);
  void write_in_parts(std::span<const job_verdict> verdicts, const take_order* wanted,
                      exchange_result& answer);

  void tell_all(std::span<const job_verdict> verdicts, std::vector<job_receipt>& late);
  bool erase_done(const job_run& run);
  bool tell(const job_verdict& verdict);
  bool give_back(const job_receipt& delivery, const std::string& reason, std::chrono::nanoseconds delay);
  bool give_back_unread(const job_receipt& delivery, const std::string& reason);

  void take_group(const take_order& wanted, exchange_result& answer);
  std::optional<std::int64_t> bring_back_lost(const delivery_rules& rules);
  std::size_t bring_back(const std::string& owner, std::int64_t until, sqlite_owners::state cause,
                         const delivery_rules& rules);
  void end_delays(std::uint32_t most);
  void read_group(const take_order& wanted, bool others, job_group& group);
  std::vector<due_job> oldest(const take_order& wanted);
  bool has_out() const;
  bool has_own_lease() const;
  bool has_suspect_out(const delivery_rules& rules) const;
  void lease_out(const job_group& group, const delivery_rules& rules, bool alone);
  taken_job read_job(std::int64_t job);
  std::uint64_t unreadable_by(const std::string& reader, bool all);
  void look_ahead(const take_order& wanted, std::optional<std::int64_t> lease_ends, bool is_held_up,
                  exchange_result& answer);

  mutable std::mutex mutex_;
  mutable sqlite_database database_;
  mutable sqlite_schemas schemas_;
  std::string owner_;
  std::string first_of_process_;  ///< the owners of all its stores are between the two
  std::string behind_process_;
  std::shared_ptr<const machine_time> time_;
  sqlite_owners owners_;
  std::string boot_;
  std::string reader_;      ///< of the last order
  std::uint64_t room_ = 0;  ///< in bytes, for what a transaction writes
  std::unique_ptr<file_watch> watch_;
  bool writes_ = false;
  bool has_entered_ = false;
};

}  // namespace penstock
