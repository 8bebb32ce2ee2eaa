// Programs that see another time and other process numbers share a queue: no healthy job is given to two of
// them.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <penstock_test/redis_command.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "queue_jobs.hpp"

namespace reliability {

using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t jobs_in_all = 500;

/// The program in namespaces of its own, where it is number 1 and the machine runs since so many seconds
/// more.
std::vector<std::string> elsewhere(unsigned more, const std::vector<std::string>& words) {
  const auto seconds = std::to_string(more);
  std::vector<std::string> command{
      "/usr/bin/unshare", "--user", "--map-root-user", "--time",       "--monotonic", seconds,
      "--boottime",       seconds,  "--pid",           "--kill-child", "--fork"};
  command.push_back(std::filesystem::read_symlink("/proc/self/exe").string());
  command.push_back("--child");
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

bool can_be_elsewhere() {
  child tried = child::start({"/usr/bin/unshare", "--user", "--map-root-user", "--time", "--monotonic", "100",
                              "--boottime", "100", "--pid", "--kill-child", "--fork", "/bin/true"});
  return tried.end(30) == 0;
}

/// Three programs, each in a time of its own; `meanwhile` is done while they work.
job_figures one_run(unsigned seed, const std::string& queue, std::ostream& explain,
                    const std::function<void(child& program)>& meanwhile) {
  const penstock_test::scratch_folder folder;
  const auto ledger = open_ledger(queue);
  put_jobs(*ledger, jobs_in_all);
  job_figures found;
  found.jobs = jobs_in_all;
  std::vector<child> programs;
  for (unsigned i = 0; i < 3; ++i)
    programs.push_back(
        child::start(elsewhere(i * 100'000, queue_worker(seed + i, queue, folder.path(), 60s))));
  meanwhile(programs.front());
  std::string said;
  for (child& each : programs) {
    if (each.end(60) == 0) continue;
    ++found.crashes;
    said += each.output();
  }
  found.count_effects(*ledger, folder.path());
  if (!found.good() || found.duplicates > 0) {
    explain << "  clocks, " << queue << ", seed " << seed << ": " << found.duplicates << " done again, "
            << found.without << " never done, " << found.left << " left; " << said << '\n';
  }
  return found;
}

/// A Redis server whose wall clock jumps when it is told to.
class server_of_moods {
 public:
  explicit server_of_moods(const std::filesystem::path& folder) : mood_{folder / "mood"} {
    set(0s);
    const std::string socket = folder / "redis.sock";
    std::vector<std::string> command{"/usr/bin/env", std::string{"LD_PRELOAD="} + PENSTOCK_SHIFTED_CLOCK,
                                     "PENSTOCK_CLOCK_SHIFT=" + mood_.string()};
    const auto server = penstock_test::redis_command(socket, folder.string());
    command.insert(command.end(), server.begin(), server.end());
    server_.push_back(child::start(command));
    if (!server_.front().await("eady to accept connections", 30))
      throw std::runtime_error{"no Redis server: " + server_.front().output()};
  }

  /// Its clock is off by so much from now on.
  void set(std::chrono::microseconds off) {
    const std::int64_t number = off.count();
    // In place: the server has mapped it.
    std::fstream file{mood_, std::ios::binary | std::ios::in | std::ios::out};
    if (!file.is_open()) file.open(mood_, std::ios::binary | std::ios::out);
    file.write(reinterpret_cast<const char*>(&number), sizeof number);
    if (!file.flush()) throw std::runtime_error{"can't write " + mood_.string()};
  }

 private:
  std::filesystem::path mood_;
  std::vector<child> server_;
};

std::vector<finding> findings_of(const job_figures& all, double jumps) {
  return {exactly("done more than once", all.duplicates, 0, "jobs"),
          exactly("never done", all.without, 0, "jobs"),
          exactly("dead, or still queued in the end", all.left, 0, "jobs"),
          exactly("ended with another code than 0", all.crashes, 0, "programs"),
          shown("jumps of the server's clock", jumps, "times")};
}

}  // namespace

reliability_case clocks_case() {
  return {
      "clocks", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
        if (!can_be_elsewhere()) {
          explain << "  clocks: no time namespace can be made here, so it was not tried\n";
          return {shown("tried", 0, "runs")};
        }
        const unsigned runs = wanted.short_form ? 1 : 20;
        job_figures all;
        double jumps = 0;
        for (unsigned i = 0; i < runs; ++i) {
          const penstock_test::scratch_folder folder;
          all.add(one_run(i, "sqlite:" + (folder / "jobs.sqlite").string(), explain, [](child&) {}));
        }
        for (unsigned i = 0; i < runs; ++i) {
          const penstock_test::scratch_folder folder;
          server_of_moods server{folder.path()};
          const auto jump = [&](child& program) {
            for (const auto off : {100'000s, -100'000s, 7s, 0s}) {
              program.let_run(0.1);
              server.set(off);
              ++jumps;
            }
          };
          all.add(one_run(i, "redis:unix://" + (folder / "redis.sock").string() + "#jobs", explain, jump));
        }
        return findings_of(all, jumps);
      }};
}

}  // namespace reliability
