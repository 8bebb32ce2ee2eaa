#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <span>
#include <thread>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// What a queue was told of its receipts.
struct told {
  collected<std::string> acked;
  collected<std::string> nacked;
  collected<std::string> extended;
  headcount extensions;
  headcount stops;
};

std::string receipt_of(int job) { return "receipt " + std::to_string(job); }

/// A queue of move-only jobs.
struct parcel_queue {
  std::shared_ptr<told> of;
  int left;

  using parcel = std::unique_ptr<int>;
  std::optional<ps::delivery<parcel, std::string>> operator()() {
    if (left == 0) return std::nullopt;
    --left;
    return ps::delivery<parcel, std::string>{std::make_unique<int>(left), receipt_of(left)};
  }
  void ack(const std::string& receipt) { of->acked.push(receipt); }
  void nack(const std::string& receipt, const std::string&) { of->nacked.push(receipt); }
};

/// Jobs that somebody else puts in while the run goes on. Any thread.
class inbox {
 public:
  void put(int job) {
    std::function<void()> wake;
    {
      const std::lock_guard lock{mutex_};
      jobs_.push(job);
      wake = wake_;
    }
    if (wake) wake();
  }
  void close() {
    std::function<void()> wake;
    {
      const std::lock_guard lock{mutex_};
      closed_ = true;
      wake = wake_;
    }
    if (wake) wake();
  }
  std::optional<int> take(ps::source_context& context, std::chrono::nanoseconds wait) {
    const std::lock_guard lock{mutex_};
    wake_ = context.waker();
    asked.arrive();
    if (jobs_.empty()) return closed_ ? std::nullopt : context.not_yet(wait);
    const int job = jobs_.front();
    jobs_.pop();
    return job;
  }

  headcount asked;

 private:
  std::mutex mutex_;
  std::queue<int> jobs_;
  std::function<void()> wake_;
  bool closed_ = false;
};

constexpr auto for_ever = std::chrono::nanoseconds::max();

/// Holds its jobs for a short time only.
struct leasing_queue {
  std::shared_ptr<told> of;
  int left = 1;
  bool broken = false;

  std::optional<ps::delivery<int, std::string>> operator()() {
    if (left == 0) return std::nullopt;
    --left;
    return ps::delivery<int, std::string>{left, receipt_of(left)};
  }
  void ack(const std::string& receipt) { of->acked.push(receipt); }
  std::chrono::nanoseconds lease() const { return 3ms; }
  void extend(const std::string& receipt) {
    of->extended.push(receipt);
    of->extensions.arrive();
    if (broken) throw std::runtime_error{"no connection"};
  }
  void on_stop() { of->stops.arrive(); }
};

}  // namespace

TEST_CASE("a delivery's item goes on, and its receipt comes back with the verdict", "[engine][deliveries]") {
  const auto of = std::make_shared<told>();
  ps::graph g{"parcels"};
  collected<int> seen;
  g.source("pull", parcel_queue{of, 3})
      .sink(
          "end",
          [&](const parcel_queue::parcel& each) {
            if (*each == 1) throw std::runtime_error{"torn"};
            seen.push(*each);
          },
          ps::on_error(ps::skip()));
  run_to_end(g);
  CHECK(seen.sorted() == std::vector{0, 2});
  CHECK(of->acked.sorted() == std::vector{receipt_of(0), receipt_of(1), receipt_of(2)});
  CHECK(of->nacked.size() == 0);
}

TEST_CASE("a delivery too heavy for max_item is refused with its receipt", "[engine][deliveries]") {
  const auto of = std::make_shared<told>();
  struct texts {
    std::shared_ptr<told> of;
    bool done = false;
    std::optional<ps::delivery<std::string, int>> operator()() {
      if (std::exchange(done, true)) return std::nullopt;
      return ps::delivery<std::string, int>{std::string(1000, 'x'), 7};
    }
    void ack(const int&) { of->acked.push("7"); }
    void nack(const int& receipt, const std::string&) { of->nacked.push(std::to_string(receipt)); }
  };
  ps::graph g{"texts"};
  g.source("pull", texts{of}, ps::max_item(100)).sink("end", [](const std::string&) {});
  CHECK_THROWS_AS(run_to_end(g), std::length_error);
  CHECK(of->nacked.values() == std::vector<std::string>{"7"});
  CHECK(of->acked.size() == 0);
}

TEST_CASE("a source that has nothing yet is asked again once woken", "[engine][deliveries]") {
  inbox in;
  headcount arrived;
  ps::graph g{"inbox"};
  g.source("pull", [&](ps::source_context& context) {
     return in.take(context, for_ever);
   }).sink("end", [&](int) { arrived.arrive(); });
  ps::runtime rt{ps::runtime_options{}};
  ps::run running = rt.start(g);
  for (std::size_t job = 1; job <= 20; ++job) {
    REQUIRE(in.asked.await(job));
    in.put(static_cast<int>(job));
    REQUIRE(arrived.await(job));
  }
  in.close();
  running.wait();
  in.put(21);  // wakes nobody any more
  CHECK(arrived.count() == 20);
}

TEST_CASE("a source that has nothing yet is asked again after its time", "[engine][deliveries]") {
  int asked = 0;
  ps::graph g{"late"};
  collected<int> seen;
  g.source("pull", [&](ps::source_context& context) -> std::optional<int> {
     if (++asked % 3 != 0) return context.not_yet(1ms);
     if (asked > 9) return std::nullopt;
     return asked;
   }).sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{3, 6, 9});
}

TEST_CASE("a source that waits to be woken is no deadlock, and a drain ends it at once",
          "[engine][deliveries]") {
  inbox in;
  ps::graph g{"waiting"};
  g.source("pull", [&](ps::source_context& context) {
     return in.take(context, for_ever);
   }).sink("end", [](int) {});
  ps::runtime rt{ps::runtime_options{}};
  ps::run running = rt.start(g);
  REQUIRE(in.asked.await(1));
  const auto seen = running.snapshot();
  CHECK(seen.state == "running");
  running.drain();
  running.wait();
  CHECK(running.snapshot().state == "done");
}

TEST_CASE("a source that waits is asked again after a verdict", "[engine][deliveries]") {
  // The second job comes only once the first is done, as with a queue that hands out one at a time.
  struct one_by_one {
    int given = 0;
    int done = 0;
    std::optional<int> operator()(ps::source_context& context) {
      if (given == 5) return std::nullopt;
      if (given > done) return context.not_yet();
      return ++given;
    }
    void ack(const int&) { ++done; }
  };
  collected<int> seen;
  ps::graph g{"turns"};
  g.source("pull", one_by_one{}).sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{1, 2, 3, 4, 5});
}

TEST_CASE("leases of jobs in work are extended while body and source are busy", "[engine][deliveries]") {
  const auto of = std::make_shared<told>();
  headcount enough;
  struct stubborn : leasing_queue {
    headcount* enough;
    std::optional<ps::delivery<int, std::string>> operator()() {
      auto next = leasing_queue::operator()();
      if (!next) require_arrivals(*enough, 1);  // blocks, as a read from a slow server may
      return next;
    }
  };
  ps::graph g{"leases"};
  g.source("pull", stubborn{{of, 1}, &enough}, ps::blocking).sink("end", [&](int) {
    require_arrivals(of->extensions, 5);
    enough.arrive();
  });
  run_to_end(g);
  CHECK(of->acked.values() == std::vector{receipt_of(0)});
  for (const auto& each : of->extended.values()) CHECK(each == receipt_of(0));
  CHECK(of->stops.count() == 1);
}

TEST_CASE("a source that takes a span extends all open jobs in one call", "[engine][deliveries]") {
  const auto of = std::make_shared<told>();
  struct together {
    std::shared_ptr<told> of;
    int left = 3;
    std::optional<ps::delivery<int, std::string>> operator()() {
      if (left == 0) return std::nullopt;
      --left;
      return ps::delivery<int, std::string>{left, receipt_of(left)};
    }
    void ack(const std::string& receipt) { of->acked.push(receipt); }
    std::chrono::nanoseconds lease() const { return 3ms; }
    void extend(std::span<const std::string> receipts) {
      if (receipts.size() == 3) of->extensions.arrive();
    }
  };
  ps::graph g{"leases"};
  g.source("pull", together{of}, ps::in_flight(3)).sink("end", [&](int) {
    require_arrivals(of->extensions, 1);
  });
  run_to_end(g);
  CHECK(of->acked.size() == 3);
}

TEST_CASE("a lease that can't be extended is tried again, and the run goes on", "[engine][deliveries]") {
  const auto of = std::make_shared<told>();
  ps::graph g{"leases"};
  g.source("pull", leasing_queue{of, 2, true}).sink("end", [&](int) { require_arrivals(of->extensions, 6); });
  run_to_end(g);
  CHECK(of->acked.sorted() == std::vector{receipt_of(0), receipt_of(1)});
}
