#pragma once

#include <filesystem>
#include <memory>

#include <penstock/connectors/queue_options.hpp>
#include <penstock/connectors/shared_queue.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

/// Jobs in a SQLite file, which any number of processes of this machine may put into and take from at the
/// same time. As a source it gives each job to one of them, hears what became of it, and brings it back when
/// its process dies:
///
///   g.source("pull", ps::sqlite_queue<job>{"jobs.sqlite", ps::lease(60s), ps::max_deliveries(5)})
///
/// T is an item that `encode` takes. A job is safe on the disk when `put` returns. The file is made where it
/// is missing, on a local disk: SQLite's log needs shared memory. The options are `lease`, `max_deliveries`
/// and `until_empty`; docs/jobs.md says what they mean.
template <class T>
class sqlite_queue final : public shared_queue<T, sqlite_job_store> {
 public:
  /// Opens nothing yet.
  template <class... Options>
  explicit sqlite_queue(const std::filesystem::path& file, const Options&... options)
      : shared_queue<T, sqlite_job_store>{file.string(), detail::queue_settings_of(options...),
                                          [file] { return std::make_unique<sqlite_job_store>(file); }} {}
};

}  // namespace penstock
