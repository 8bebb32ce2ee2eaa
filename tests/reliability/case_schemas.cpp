// Four versions of a program work on one queue, each with its own idea of the item, and are killed at random.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock/connectors/redis_queue.hpp>
#include <penstock/connectors/sqlite_queue.hpp>
#include <penstock/penstock.hpp>
#include <penstock_test/redis_command.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "isolated_jobs.hpp"
#include "queue_jobs.hpp"
#include "schema_jobs.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t orders = order_versions * orders_of_version;

/// Calls `f` with a queue of that version's orders.
template <class F>
auto with_queue(unsigned version, const std::string& queue, const F& f) {
  const auto opened = [&]<class Order>(const Order*) {
    const auto name = queue.substr(queue.find(':') + 1);
    const auto lease = ps::lease(100ms);
    const auto deaths = ps::max_deliveries(1000);
    if (queue.starts_with("sqlite:")) return f(ps::sqlite_queue<Order>{name, lease, deaths, ps::until_empty});
    const auto hash = name.find('#');
    return f(
        ps::redis_queue<Order>{name.substr(0, hash), name.substr(hash + 1), lease, deaths, ps::until_empty});
  };
  if (version == 1) return opened(static_cast<const first::order*>(nullptr));
  if (version == 2) return opened(static_cast<const second::order*>(nullptr));
  if (version == 3) return opened(static_cast<const third::order*>(nullptr));
  return opened(static_cast<const fourth::order*>(nullptr));
}

void put_orders(unsigned version, const std::string& queue) {
  with_queue(version, queue, [&]<template <class> class Queue, class Order>(Queue<Order> of) {
    std::vector<Order> all;
    for (std::uint32_t i = 0; i < orders_of_version; ++i)
      all.push_back(make_order<Order>((version - 1) * orders_of_version + i));
    of.put_all(all);
  });
}

/// Who has done an order: its version each time, or ! where it had read something else than was written.
std::string done_by(const std::filesystem::path& folder, std::uint32_t id) {
  std::ifstream file{folder / std::to_string(id)};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

/// `VERSION QUEUE FOLDER`: works on the orders of a queue until there are none that it can read.
int schema_worker_child(const std::vector<std::string>& words) {
  const auto version = static_cast<unsigned>(std::stoul(words.at(0)));
  const std::filesystem::path folder = words.at(2);
  ps::graph g{"version " + words.at(0)};
  with_queue(version, words.at(1), [&]<template <class> class Queue, class Order>(Queue<Order> queue) {
    g.source("orders", queue)
        .stage(
            "work",
            [](const Order& order) {
              static_cast<void>(compute_for((order.id + 1) * 2'654'435'761U % 8'000, order.id));
              return order;
            },
            ps::workers(2), ps::per_core)
        .sink("effect", [folder, version](const Order& order) {
          std::ofstream{folder / std::to_string(order.id), std::ios::app}
              << (is_right(order) ? std::to_string(version) : "!") << std::flush;
        });
  });
  ps::runtime_options options;
  options.log_level = "error";
  ps::runtime rt{options};
  return rt.run(g);
}

namespace {

struct schema_figures {
  double kills = 0;
  double undone = 0;
  double wrong = 0;       ///< read as something else than was written
  double unreadable = 0;  ///< done by a version that can't have read it
  double dead = 0;
  double bad_ends = 0;
  double again = 0;

  bool good() const { return undone + wrong + unreadable + dead + bad_ends == 0; }
};

void look_at_effects(const std::filesystem::path& folder, schema_figures& found) {
  for (std::uint32_t id = 0; id < orders; ++id) {
    const auto versions = done_by(folder, id);
    if (versions.empty()) ++found.undone;
    if (versions.size() > 1) found.again += static_cast<double>(versions.size() - 1);
    for (const char each : versions) {
      if (each == '!') {
        ++found.wrong;
      } else if (!can_read(static_cast<unsigned>(each - '0'), id)) {
        ++found.unreadable;
      }
    }
  }
}

/// Orders that are there, of which a version that reads nothing but its own has to leave some.
double left(const ps::job_ledger& ledger) {
  const auto count = ledger.count();
  return static_cast<double>(count.queued + count.leased);
}

schema_figures one_run(const std::string& queue, unsigned seed, std::ostream& explain) {
  std::minstd_rand dice{seed * 7919 + 1};
  const penstock_test::scratch_folder folder;
  std::vector<unsigned> versions{1, 2, 3, 4};
  std::shuffle(versions.begin(), versions.end(), dice);
  for (const auto version : versions) put_orders(version, queue);
  const auto ledger = open_ledger(queue);
  schema_figures found;
  std::string said;
  const auto ended = [&](child& program) {
    const auto code = program.end(30);
    // 1: some are left that it can't read.
    const bool good = code == 0 || (code == 1 && program.output().find("that this program can't read") !=
                                                     std::string::npos);
    if (good) return;
    ++found.bad_ends;
    said += program.output();
  };
  for (unsigned round = 0; round < 60 && left(*ledger) > 0; ++round) {
    std::vector<child> programs;
    for (unsigned i = 0; i < 2; ++i) {
      const auto version = std::to_string(1 + (round + i * (1 + dice() % 3)) % order_versions);
      programs.push_back(child::of_ours({"schema-worker", version, queue, folder.path().string()}));
    }
    programs.front().let_run(static_cast<double>(20 + dice() % 200) / 1000 + (round % 8 == 7 ? 5 : 0));
    for (child& each : programs) {
      each.let_run(0);
      if (each.is_over()) {
        ended(each);
      } else {
        each.send(SIGKILL);
        each.end(30);
        ++found.kills;
      }
    }
  }
  found.dead = static_cast<double>(ledger->count().dead);
  look_at_effects(folder.path(), found);
  if (found.good()) return found;
  explain << "  schemas, " << queue << ", seed " << seed << ": " << found.undone << " undone, " << found.wrong
          << " read wrong, " << found.unreadable << " by whom can't read them, " << found.dead << " dead, "
          << found.bad_ends << " bad ends; " << said << '\n';
  return found;
}

}  // namespace

reliability_case schemas_case() {
  return {"schemas", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const unsigned runs = wanted.short_form ? 1 : 20;
            const penstock_test::scratch_folder folder;
            const std::string socket = folder / "redis.sock";
            child server = child::start(penstock_test::redis_command(socket, folder.path().string()));
            if (!server.await("eady to accept connections", 30))
              throw std::runtime_error{"no Redis server: " + server.output()};
            schema_figures all;
            const auto add = [&](const schema_figures& one) {
              all.kills += one.kills;
              all.undone += one.undone;
              all.wrong += one.wrong;
              all.unreadable += one.unreadable;
              all.dead += one.dead;
              all.bad_ends += one.bad_ends;
              all.again += one.again;
            };
            for (unsigned i = 0; i < runs; ++i) {
              const auto name = "run" + std::to_string(i);
              add(one_run("sqlite:" + (folder / name).string(), i, explain));
              add(one_run("redis:unix://" + socket + "#" + name, i, explain));
            }
            return {exactly("never done", all.undone, 0, "jobs"),
                    exactly("read as something else than was written", all.wrong, 0, "jobs"),
                    exactly("done by a program that can't read it", all.unreadable, 0, "jobs"),
                    exactly("dead", all.dead, 0, "jobs"),
                    exactly("ended otherwise than with 0, or 1 and a reason", all.bad_ends, 0, "programs"),
                    at_least("killed", all.kills, 2 * runs, "times"),
                    shown("done more than once", all.again, "times")};
          }};
}

}  // namespace reliability
