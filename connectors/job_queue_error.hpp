#pragma once

#include <string>

#include <penstock/messages/error.hpp>

namespace penstock {

/// A job queue could not be opened, asked or told. The text names the queue and the reason, never a password.
class job_queue_error : public error {
 public:
  /// What may be over soon (a full disk, a lock that another program holds, a server that is away) and what
  /// won't.
  enum class kind { passing, lasting };

  job_queue_error(const std::string& queue, const std::string& reason, kind what = kind::lasting)
      : error{"job queue '" + queue + "': " + reason}, kind_{what} {}

  /// The same call may succeed later.
  bool is_passing() const { return kind_ == kind::passing; }

 private:
  kind kind_;
};

}  // namespace penstock
