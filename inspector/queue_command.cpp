#include <penstock/inspector/queue_command.hpp>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include <penstock/inspector/open_ledger.hpp>
#include <penstock/inspector/put_jobs.hpp>
#include <penstock/inspector/queue_repair_command.hpp>
#include <penstock/inspector/shown_item.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/text_table.hpp>

namespace penstock {

namespace {

const std::string place = "the queue: a SQLite file, or redis://HOST#NAME";

/// What was given on the command line; lives as long as the commands do.
struct queue_arguments {
  std::string queue;
  std::vector<std::string> items;
  std::string delay = "0";
  std::string state;
  bool json = false;
  std::vector<std::int64_t> jobs;
  bool all = false;
};

void put(const queue_arguments& given) {
  const auto delay = parse_duration(given.delay);
  if (!delay) throw option_error{"--delay = \"" + given.delay + "\": expected a duration, for instance 5s"};
  // All are looked at before the first is put, so that a mistake leaves nothing half done.
  const auto items = given.items.empty() ? read_lines(std::cin) : given.items;
  check_items(items);
  const auto ledger = open_ledger(given.queue, true);
  put_jobs(*ledger, items, *delay, std::cout);
}

nlohmann::ordered_json as_json(const job_view& job, double age_s) {
  nlohmann::ordered_json shown;
  shown["id"] = job.job;
  shown["state"] = job.state;
  shown["deliveries"] = job.deliveries;
  shown["deaths"] = job.deaths;
  shown["age_s"] = age_s;
  shown["owner"] = job.owner;
  shown["reason"] = job.reason;
  shown["type"] = job.type;
  shown["unread_by"] = job.unread_by;
  shown["item"] = shown_item(job.json);
  return shown;
}

std::string all_of(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& each : words) all += (all.empty() ? "" : " ") + each;
  return all;
}

void list(const queue_arguments& given) {
  const auto ledger = open_ledger(given.queue, false);
  const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
  text_table table{{{"id", true},
                    {"state"},
                    {"deliveries", true},
                    {"deaths", true},
                    {"age", true},
                    {"owner"},
                    {"unread by"},
                    {"last reason"},
                    {"item"}}};
  for (const auto& job : ledger->list(given.state)) {
    const auto age = static_cast<double>(now.count() - job.put_ns);
    if (given.json) {
      std::cout << as_json(job, age / 1e9).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                << '\n';
    } else {
      table.add({std::to_string(job.job), job.state, std::to_string(job.deliveries),
                 std::to_string(job.deaths), short_duration(age), job.owner, all_of(job.unread_by),
                 cut_to_width(job.reason, 60), cut_to_width(job.json, 80)});
    }
  }
  if (given.json) return;
  const auto count = ledger->count();
  std::cout << table.text() << count.queued << " queued, " << count.leased << " leased, " << count.dead
            << " dead, " << count.done << " done and gone\n";
}

void requeue(const queue_arguments& given) {
  if (given.all == !given.jobs.empty()) throw option_error{"requeue: name the jobs, or say --all"};
  const auto ledger = open_ledger(given.queue, false);
  if (given.all) {
    std::cout << ledger->requeue_all() << " jobs are queued again\n";
    return;
  }
  bool complete = true;
  for (const auto job : given.jobs) {
    if (ledger->requeue(job)) continue;
    complete = false;
    std::cerr << "penstock: there is no job " << job << " in this queue that is dead or could not be read\n";
  }
  if (!complete) throw CLI::RuntimeError{1};
}

/// What went wrong is said here, so that the program needs to know of no other exceptions than its parser's.
void add(CLI::App& command, void (*run)(const queue_arguments&),
         const std::shared_ptr<queue_arguments>& given) {
  command.callback([run, given, &command] {
    try {
      given->items = command.remaining();
      run(*given);
    } catch (const CLI::RuntimeError&) {
      throw;
    } catch (const std::exception& problem) {
      std::cerr << "penstock: " << problem.what() << '\n';
      throw CLI::RuntimeError{1};
    }
  });
}

}  // namespace

void add_queue_command(CLI::App& app) {
  auto given = std::make_shared<queue_arguments>();
  CLI::App& queue = *app.add_subcommand("queue", "put jobs into a job queue, look at them, revive dead ones");
  queue.require_subcommand(1);

  CLI::App& put_jobs = *queue.add_subcommand("put", "add jobs, and print their numbers");
  put_jobs.add_option("QUEUE", given->queue, place + "; made where it is missing")->required();
  put_jobs.add_option("--delay", given->delay, "deliver them after that time, for instance 5s");
  // No option of CLI11's, which would take a JSON array apart.
  put_jobs.allow_extras();
  put_jobs.footer(
      "  ITEM...                     the jobs as JSON; without one, a job per line of standard input");
  add(put_jobs, &put, given);

  CLI::App& list_jobs = *queue.add_subcommand("list", "show the jobs, the oldest first");
  list_jobs.add_option("QUEUE", given->queue, place)->required();
  list_jobs.add_option("--state", given->state, "only those")
      ->check(CLI::IsMember({"queued", "leased", "dead"}));
  list_jobs.add_flag("--json", given->json, "a JSON object per line");
  add(list_jobs, &list, given);

  CLI::App& revive = *queue.add_subcommand(
      "requeue",
      "make dead jobs queued, with no deaths, and give those that programs could not read to all again");
  revive.add_option("QUEUE", given->queue, place)->required();
  revive.add_option("JOB", given->jobs, "their numbers");
  revive.add_flag("--all", given->all, "all of them");
  add(revive, &requeue, given);

  add_queue_repair_commands(queue);
}

}  // namespace penstock
