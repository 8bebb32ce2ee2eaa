#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace reliability {

/// What the command line asks for.
struct settings {
  bool short_form = false;  ///< seconds instead of minutes; what only time could show is printed, not judged
  std::string out;          ///< file for the JSON array; empty: none
  std::vector<std::string> cases;  ///< names to run; empty: all
};

/// One line of the table.
struct finding {
  std::string name;  ///< of the case
  std::string metric;
  double value = 0;
  std::string unit;
  std::string to_reach;  ///< in words; "-": printed for information
  bool holds = true;
};

// What a value has to be.
finding exactly(std::string metric, double value, double wanted, std::string unit);
finding at_most(std::string metric, double value, double limit, std::string unit);
finding at_least(std::string metric, double value, double limit, std::string unit);
finding shown(std::string metric, double value, std::string unit);

/// One fault and what is seen of it. `explain` takes sentences about what went wrong, for whoever has to find
/// out why.
struct reliability_case {
  std::string name;
  std::function<std::vector<finding>(const settings&, std::ostream& explain)> measure;
};

void print_heading(std::ostream& out);
void print_finding(std::ostream& out, const finding& line);

/// Writes all findings as a JSON array. Throws std::runtime_error if the file can't be written.
void write_json(const std::string& file, const std::vector<finding>& findings);

using steady = std::chrono::steady_clock;

inline double seconds_since(steady::time_point start) {
  return std::chrono::duration<double>(steady::now() - start).count();
}

/// The middle value, the larger of two. `values` must not be empty.
double median(std::vector<double> values);

/// Calls `f` with 0 to count - 1, on two threads.
void two_at_a_time(unsigned count, const std::function<void(unsigned)>& f);

// The cases, by the file that they are in.
reliability_case simulation_case();
reliability_case retries_case();
reliability_case allocations_case();
reliability_case sigterm_case();
reliability_case hung_bodies_case();
reliability_case exits_case();
reliability_case killed_children_case();
reliability_case poison_case();
reliability_case stopped_children_case();
reliability_case killed_sqlite_case();
reliability_case killed_redis_case();
reliability_case killed_server_case();
reliability_case full_disk_case();
reliability_case queue_disk_case();
reliability_case clocks_case();
reliability_case forgetful_case();
reliability_case schemas_case();
reliability_case soak_case();

// What runs in processes of its own: `--child NAME WORDS`. Each returns the exit code.
int allocation_child(const std::vector<std::string>& words);
int job_child(const std::vector<std::string>& words);
int hung_body_child(const std::vector<std::string>& words);
int exit_child(const std::vector<std::string>& words);
int killed_children_child(const std::vector<std::string>& words);
int poison_child(const std::vector<std::string>& words);
int stopped_children_child(const std::vector<std::string>& words);
int queue_worker_child(const std::vector<std::string>& words);
int full_disk_child(const std::vector<std::string>& words);
int queue_disk_child(const std::vector<std::string>& words);
int schema_worker_child(const std::vector<std::string>& words);
int soak_child(const std::vector<std::string>& words);

}  // namespace reliability
