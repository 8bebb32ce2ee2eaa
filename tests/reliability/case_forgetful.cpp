// Redis servers that may forget what they were told, or have: nobody ends as if all was done.
#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock_test/redis_command.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "queue_jobs.hpp"

namespace reliability {

using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string>;

child started_server(const std::string& socket, const std::filesystem::path& folder, const words& more) {
  std::filesystem::create_directories(folder);
  auto command = penstock_test::redis_command(socket, folder.string());
  command.insert(command.end(), more.begin(), more.end());
  child server = child::start(command);
  if (!server.await("eady to accept connections", 30))
    throw std::runtime_error{"no Redis server: " + server.output()};
  return server;
}

struct forgetful_figures {
  double accepted = 0;  ///< servers that may forget, and nobody was asked
  double refused = 0;   ///< such servers though it was said that they may
  double silent = 0;    ///< programs that ended with 0, or not at all, when their jobs were gone
  double unnamed = 0;   ///< programs that did not say what happened
};

/// A server with such settings: refused, and worked on under forgetful=yes.
void open_one(const words& settings, const std::string& named, forgetful_figures& found,
              std::ostream& explain) {
  const penstock_test::scratch_folder folder;
  const std::string socket = folder / "redis.sock";
  const child server = started_server(socket, folder / "data", settings);
  child refused = child::of_ours(queue_worker(1, "redis:unix://" + socket + "#jobs", folder.path()));
  const bool accepted_it = refused.end(30) != 1;
  const bool unnamed = refused.output().find(named) == std::string::npos;
  if (accepted_it) ++found.accepted;
  if (unnamed) ++found.unnamed;
  if (accepted_it || unnamed) explain << "  forgetful, " << named << ": " << refused.output() << '\n';

  const std::string queue = "redis:unix://" + socket + "?forgetful=yes#jobs";
  try {
    const auto done = folder / "done";
    std::filesystem::create_directory(done);
    const auto ledger = open_ledger(queue);
    put_jobs(*ledger);
    child accepted = child::of_ours(queue_worker(1, queue, done));
    job_figures all;
    if (accepted.end(60) != 0) ++all.crashes;
    all.count_effects(*ledger, done);
    if (!all.good()) ++found.refused;
  } catch (const std::exception& problem) {
    explain << "  forgetful=yes: " << problem.what() << '\n';
    ++found.refused;
  }
}

void ask(const std::string& socket, const words& command) {
  words all{"/usr/bin/redis-cli", "-s", socket};
  all.insert(all.end(), command.begin(), command.end());
  child::start(all).end(30);
}

enum class loss { file, server, flush, eviction };
constexpr std::array all_losses{loss::file, loss::server, loss::flush, loss::eviction};

/// The jobs are gone while two programs work on them: both have to notice, within a lease and what a new
/// connection takes.
void lose_jobs(loss how, unsigned seed, forgetful_figures& found, std::ostream& explain) {
  std::minstd_rand dice{seed * 7919 + 1};
  const penstock_test::scratch_folder folder;
  const std::string socket = folder / "redis.sock";
  const auto done = folder / "done";
  std::filesystem::create_directory(done);
  const std::string queue = "redis:unix://" + socket + "#jobs";
  std::optional<child> server{started_server(socket, folder / "data", {})};
  put_jobs(*open_ledger(queue), 5'000);
  std::vector<child> programs;
  for (unsigned i = 0; i < 2; ++i)
    programs.push_back(child::of_ours(queue_worker(seed + i, queue, done, 1s)));
  programs.front().let_run(0.3 + static_cast<double>(dice() % 300) / 1000);
  switch (how) {
    case loss::file:
      server.reset();
      std::filesystem::remove_all(folder / "data");
      server.emplace(started_server(socket, folder / "data", {}));
      break;
    case loss::server:
      server.reset();
      server.emplace(started_server(socket, folder / "other", {}));
      break;
    case loss::flush:
      ask(socket, {"FLUSHALL"});
      break;
    case loss::eviction:
      ask(socket, {"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
      ask(socket, {"CONFIG", "SET", "maxmemory", "1"});
      ask(socket, {"PING"});
      ask(socket, {"CONFIG", "SET", "maxmemory", "0"});
      break;
  }
  for (child& each : programs) {
    const auto code = each.end(20);
    const bool silent = code != 1;
    const bool unnamed = each.output().find("job queue 'unix://" + socket) == std::string::npos;
    if (silent) ++found.silent;
    if (unnamed) ++found.unnamed;
    if (silent || unnamed) {
      explain << "  forgetful, loss " << static_cast<int>(how) << ", seed " << seed << ": ended with "
              << (code ? std::to_string(*code) : "nothing") << "; " << each.output() << '\n';
    }
  }
}

}  // namespace

reliability_case forgetful_case() {
  return {"forgetful", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            forgetful_figures all;
            open_one({"--appendonly", "no"}, "appendonly", all, explain);
            open_one({"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"}, "maxmemory-policy", all,
                     explain);
            const unsigned rounds = wanted.short_form ? 1 : 5;
            for (unsigned i = 0; i < rounds; ++i) {
              for (const auto how : all_losses) lose_jobs(how, i + 1, all, explain);
            }
            return {exactly("may forget, and was not refused", all.accepted, 0, "servers"),
                    exactly("refused in spite of forgetful=yes", all.refused, 0, "servers"),
                    exactly("did not end with 1 when the jobs were gone", all.silent, 0, "programs"),
                    exactly("did not say why", all.unnamed, 0, "programs")};
          }};
}

}  // namespace reliability
