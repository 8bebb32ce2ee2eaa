#include <penstock/actors/job_queues.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

ps::job_queues::job job_number(std::uintptr_t number) {
  return reinterpret_cast<ps::job_queues::job>(number);  // NOLINT(performance-no-int-to-ptr)
}

std::vector<std::uintptr_t> taken_by(ps::job_queues& queues, std::size_t worker, int jobs) {
  std::vector<std::uintptr_t> order;
  for (int i = 0; i < jobs; ++i) order.push_back(reinterpret_cast<std::uintptr_t>(queues.take(worker)));
  return order;
}

/// Threads that do jobs until each is told to stop. A job gets the number of the worker that does it.
class crew_of_threads {
 public:
  using task = std::function<void(std::size_t)>;

  explicit crew_of_threads(std::size_t workers) : queues{workers} {
    for (std::size_t i = 0; i < workers; ++i) {
      threads_.emplace_back([this, i] {
        while (auto* next = static_cast<task*>(queues.take(i))) {
          if (next == &stop_) return;
          (*next)(i);
        }
      });
    }
  }
  ~crew_of_threads() {
    for (std::size_t i = 0; i < threads_.size(); ++i) queues.push(&stop_);
    for (auto& each : threads_) each.join();
  }

  ps::job_queues queues;

 private:
  task stop_;
  std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("a worker does its next job first, then what is queued, in order") {
  ps::job_queues queues{1};
  queues.push_last(0, job_number(1));
  queues.push_last(0, job_number(2));
  queues.push_next(0, job_number(3));
  queues.push(job_number(4));
  queues.take(0);  // from outside, as it looks there every 64 jobs, the first included
  CHECK(taken_by(queues, 0, 3) == std::vector<std::uintptr_t>{3, 1, 2});
}

TEST_CASE("a job that was to be next makes room for a later one and is queued") {
  ps::job_queues queues{1};
  queues.push_last(0, job_number(1));
  queues.push_next(0, job_number(2));
  queues.push_next(0, job_number(3));
  CHECK(taken_by(queues, 0, 3) == std::vector<std::uintptr_t>{3, 1, 2});
}

TEST_CASE("jobs that follow each other for ever let queued ones and those from outside have their turn") {
  ps::job_queues queues{1};
  queues.push_last(0, job_number(1));
  queues.push_next(0, job_number(7));
  int jobs = 0;
  while (queues.take(0) != job_number(1)) {
    queues.push_next(0, job_number(7));
    REQUIRE(++jobs <= 16);
  }
  queues.push_last(0, job_number(7));
  queues.push(job_number(2));
  jobs = 0;
  while (queues.take(0) != job_number(2)) {
    queues.push_next(0, job_number(7));
    REQUIRE(++jobs <= 64);
  }
}

TEST_CASE("a worker without jobs takes the oldest of another's queue, but not what is to be next there") {
  ps::job_queues queues{2};
  queues.push_last(1, job_number(1));
  queues.push_last(1, job_number(2));
  queues.push_next(1, job_number(3));
  CHECK(taken_by(queues, 0, 2) == std::vector<std::uintptr_t>{1, 2});
  CHECK(queues.take(1) == job_number(3));
}

TEST_CASE("what is left when no worker runs any more is handed out once") {
  ps::job_queues queues{2};
  queues.push_last(0, job_number(1));
  queues.push_next(1, job_number(2));
  queues.push(job_number(3));
  std::uintptr_t sum = 0;
  for (int i = 0; i < 3; ++i) sum += reinterpret_cast<std::uintptr_t>(queues.take_left());
  CHECK(sum == 6);
  CHECK(queues.take_left() == nullptr);
}

TEST_CASE("a job pushed from outside wakes a sleeping worker") {
  crew_of_threads crew{2};
  for (int i = 0; i < 200; ++i) {
    std::promise<void> done;
    crew_of_threads::task work = [&](std::size_t) { done.set_value(); };
    crew.queues.push(&work);
    REQUIRE(done.get_future().wait_for(patience) == std::future_status::ready);
  }
}

TEST_CASE("jobs that come while workers fall asleep are all done") {
  // Each is a job that ends its worker: one that is overlooked leaves a worker asleep.
  for (int i = 0; i < 2000; ++i) crew_of_threads crew{4};
}

TEST_CASE("a job that was to follow a long one is done by another worker") {
  // All workers but one are held up by jobs that wait for the one that is to be next, also the worker that
  // was on watch when they began.
  const auto workers = GENERATE(std::size_t{2}, std::size_t{3}, std::size_t{4});
  for (int i = 0; i < 20; ++i) {
    std::promise<void> done;
    const std::shared_future<void> waited = done.get_future().share();
    std::atomic<int> late{0};
    std::atomic<std::size_t> ended{0};
    std::promise<void> all;
    crew_of_threads crew{workers};
    const auto wait = [&] {
      if (waited.wait_for(patience) != std::future_status::ready) late.fetch_add(1);
      if (ended.fetch_add(1) + 2 == workers) all.set_value();
    };
    crew_of_threads::task follows = [&](std::size_t) { done.set_value(); };
    crew_of_threads::task starts_it = [&](std::size_t worker) {
      crew.queues.push_next(worker, &follows);
      wait();
    };
    std::vector<crew_of_threads::task> others(workers - 2, [&](std::size_t) { wait(); });
    crew.queues.push(&starts_it);
    for (auto& each : others) crew.queues.push(&each);
    REQUIRE(all.get_future().wait_for(2 * patience) == std::future_status::ready);
    CHECK(late == 0);
  }
}

TEST_CASE("who leaves the watch with a job hands the watch on") {
  // Each job waits for the one that it starts, so that every worker but the last is held up.
  constexpr std::size_t workers = 4;
  for (int i = 0; i < 20; ++i) {
    std::promise<void> done;
    const std::shared_future<void> last = done.get_future().share();
    std::atomic<int> late{0};
    std::atomic<std::size_t> open{workers};
    std::promise<void> all;
    crew_of_threads crew{workers};
    std::vector<crew_of_threads::task> chain(workers);
    for (std::size_t link = 0; link < workers; ++link) {
      chain[link] = [&, link](std::size_t worker) {
        if (link + 1 == workers) {
          done.set_value();
        } else {
          crew.queues.push_next(worker, &chain[link + 1]);
          if (last.wait_for(patience) != std::future_status::ready) late.fetch_add(1);
        }
        if (open.fetch_sub(1) == 1) all.set_value();
      };
    }
    crew.queues.push(&chain[0]);
    REQUIRE(all.get_future().wait_for(2 * patience) == std::future_status::ready);
    CHECK(late == 0);
  }
}

TEST_CASE("every job is done exactly once, whoever starts and whoever does it") {
  constexpr int chains = 64;
  constexpr int length = 500;
  const auto workers = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{4});
  std::vector<int> left(chains, length);
  std::atomic<int> open{chains};
  std::promise<void> all;
  std::vector<crew_of_threads::task> tasks(chains);
  crew_of_threads crew{workers};
  for (std::size_t i = 0; i < chains; ++i) {
    tasks[i] = [&, i](std::size_t worker) {
      if (--left[i] == 0) {
        if (open.fetch_sub(1) == 1) all.set_value();
        return;
      }
      switch (left[i] % 3) {
        case 0:
          return crew.queues.push(&tasks[i]);
        case 1:
          return crew.queues.push_next(worker, &tasks[i]);
        default:
          return crew.queues.push_last(worker, &tasks[i]);
      }
    };
  }
  for (auto& each : tasks) crew.queues.push(&each);
  REQUIRE(all.get_future().wait_for(2 * patience) == std::future_status::ready);
  CHECK(left == std::vector<int>(chains, 0));
}
