#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace reliability {

/// What became of each of so many jobs. Any thread.
class job_book {
 public:
  explicit job_book(std::uint32_t jobs) : jobs_(jobs) {}

  /// The job's last effect.
  void done(std::uint32_t job) { ++jobs_[job].effects; }
  void acked(std::uint32_t job) {
    if (jobs_[job].effects.load() == 0) ++early_;
    ++jobs_[job].acks;
  }
  void nacked(std::uint32_t job) { ++jobs_[job].nacks; }
  void taken(std::uint32_t job) { jobs_[job].given = true; }

  std::uint32_t size() const { return static_cast<std::uint32_t>(jobs_.size()); }
  std::uint64_t acked_early() const { return early_.load(); }
  /// Jobs with more than one verdict.
  std::uint64_t judged_twice() const {
    return count([](const record& each) { return each.acks + each.nacks > 1; });
  }
  /// Jobs that were handed out and have no verdict.
  std::uint64_t without_verdict() const {
    return count([](const record& each) { return each.given && each.acks + each.nacks == 0; });
  }
  std::uint64_t refused() const {
    return count([](const record& each) { return each.nacks > 0; });
  }
  std::uint64_t without_effect() const {
    return count([](const record& each) { return each.effects == 0; });
  }
  std::uint64_t done_twice() const {
    return count([](const record& each) { return each.effects > 1; });
  }

 private:
  struct record {
    std::atomic<std::uint8_t> effects{0};
    std::atomic<std::uint8_t> acks{0};
    std::atomic<std::uint8_t> nacks{0};
    std::atomic<bool> given{false};
  };

  template <class Is>
  std::uint64_t count(Is is) const {
    std::uint64_t found = 0;
    for (const record& each : jobs_) found += is(each) ? 1U : 0U;
    return found;
  }

  std::vector<record> jobs_;
  std::atomic<std::uint64_t> early_{0};
};

/// A source of the jobs 0 to n - 1 of a book.
class book_source {
 public:
  explicit book_source(std::shared_ptr<job_book> book) : book_{std::move(book)} {}

  std::optional<std::uint32_t> operator()() {
    if (next_ == book_->size()) return std::nullopt;
    book_->taken(next_);
    return next_++;
  }
  void ack(const std::uint32_t& job) { book_->acked(job); }
  void nack(const std::uint32_t& job, const std::string&) { book_->nacked(job); }

 private:
  std::shared_ptr<job_book> book_;
  std::uint32_t next_ = 0;
};

}  // namespace reliability
