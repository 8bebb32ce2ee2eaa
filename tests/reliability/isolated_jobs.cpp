#include "isolated_jobs.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "child.hpp"

namespace reliability {

std::vector<pid_t> own_children() {
  std::vector<pid_t> found;
  // Threads may end meanwhile.
  std::error_code gone;
  for (std::filesystem::directory_iterator task{"/proc/self/task", gone}, end; !gone && task != end;
       task.increment(gone)) {
    std::ifstream list{task->path() / "children"};
    for (pid_t process = 0; list >> process;) found.push_back(process);
  }
  return found;
}

std::uint32_t compute_for(unsigned microseconds, std::uint32_t seed) {
  for (unsigned i = 0; i < microseconds * 700; ++i) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    asm volatile("" : "+r"(seed));
  }
  return seed;
}

void recovery_watch::hit(pid_t process) {
  const std::lock_guard lock{mutex_};
  ++hits_;
  if (known_.contains(process)) waiting_.push_back(steady::now());
}

void recovery_watch::did_a_job(pid_t process) {
  const std::lock_guard lock{mutex_};
  if (!known_.insert(process).second) return;
  grown_.notify_all();
  if (waiting_.empty()) return;
  times_.push_back(seconds_since(waiting_.front()) * 1000);
  waiting_.pop_front();
}

bool recovery_watch::await_processes(std::size_t count) {
  std::unique_lock lock{mutex_};
  grown_.wait(lock, [&] { return ended_ || known_.size() >= count; });
  return known_.size() >= count;
}

void recovery_watch::run_ended() {
  const std::lock_guard lock{mutex_};
  ended_ = true;
  grown_.notify_all();
}

std::size_t recovery_watch::hits() const {
  const std::lock_guard lock{mutex_};
  return hits_;
}

std::vector<double> recovery_watch::times() const {
  const std::lock_guard lock{mutex_};
  auto sorted = times_;
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

void tell_end(penstock::run& run, const job_book& book, const std::string& pool) {
  try {
    run.wait();
  } catch (const std::exception& failure) {
    std::cout << "failed: " << failure.what() << '\n';
  }
  const auto last = run.snapshot();
  const auto stage = std::find_if(last.stages.begin(), last.stages.end(),
                                  [&](const auto& each) { return each.name == pool; });
  std::cout << "lost=" << book.without_effect() + book.without_verdict() + book.refused()
            << " wrong=" << book.acked_early() + book.judged_twice() + book.done_twice()
            << " letters=" << stage->dead_letters << std::endl;
}

bool end_figures::add(child& program, double limit) {
  const auto code = program.end(limit);
  lost += value_of(program.output(), "lost");
  wrong += value_of(program.output(), "wrong");
  letters += value_of(program.output(), "letters");
  return code == 0 && program.output().find("failed: ") == std::string::npos &&
         program.output().find("lost=") != std::string::npos;
}

}  // namespace reliability
