#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

#include "items.hpp"

namespace inference {

/// Where the jobs come from and are acknowledged: a spool directory, or a job queue.
class job_origin {
 public:
  virtual ~job_origin() = default;

  /// Its name, for people.
  virtual const std::string& place() const = 0;
  /// How many jobs wait, or are out at a worker that may have died.
  virtual std::size_t waiting() const = 0;
  /// Puts jobs into the empty origin, all of them at once.
  virtual void fill(const std::vector<job>& jobs) = 0;
  /// Makes the graph's source.
  virtual penstock::stream<job> pull_into(penstock::graph& g) const = 0;
};

/// Makes the directory if need be. Throws std::runtime_error that names the file that can't be used.
std::unique_ptr<job_origin> open_spool(const std::string& directory);

/// `url` is sqlite:FILE, made where it is missing, or a Redis server and the queue's name: redis://HOST#NAME.
/// Throws std::invalid_argument for any other, and what the queue throws.
std::unique_ptr<job_origin> open_queue(const std::string& url);

}  // namespace inference
