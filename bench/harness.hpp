#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace bench {

/// What the command line asks for.
struct settings {
  bool quick = false;              ///< small sizes: shows that all runs, the figures mean little
  unsigned runs = 5;               ///< alternating runs that each median is taken of
  bool strict = false;             ///< a missed bar makes the program fail
  std::string out;                 ///< file for the JSON array; empty: none
  std::vector<std::string> cases;  ///< names to run; empty: all
};

/// What a figure has to reach.
struct bar {
  enum class rule {
    none,            ///< shown for comparison
    ratio_at_most,   ///< ours / peer <= limit
    ratio_at_least,  ///< ours / peer >= limit
    beyond_at_most,  ///< ours - peer <= limit, in the figure's unit
  };
  rule kind = rule::none;
  double limit = 0;
};

/// One line of the table.
struct figure {
  std::string name;  ///< of the case
  std::string metric;
  double value = 0;
  std::string unit;
  std::string peer;
  double peer_value = 0;
  bar to_reach;

  /// ours / peer; 0 if the peer's value is 0.
  double ratio() const;

  /// True where nothing is to be reached.
  bool reached() const;
};

/// One row of the contract's table: measures and returns one or more figures. Throws if a run gave a wrong
/// result.
struct bench_case {
  std::string name;
  std::function<std::vector<figure>(const settings&)> measure;
};

/// A measurement: runs once, returns its value.
using measurement = std::function<double()>;

/// Runs all measurements in turn, `runs` times over, so that a slow moment of the machine meets all of them.
/// Returns the median of each, in the order given.
std::vector<double> alternate(unsigned runs, const std::vector<measurement>& all);

/// The middle value; the mean of the two in the middle for an even number. `values` must not be empty.
double median(std::vector<double> values);

/// Throws std::runtime_error with `what` unless `holds`: a fast run that lost items counts for nothing.
void require(bool holds, const std::string& what);

/// Writes the line of one figure, with its bar and ok or MISSED.
void print_heading(std::ostream& out);
void print_figure(std::ostream& out, const figure& line);

/// Writes all figures as a JSON array. Throws std::runtime_error if the file can't be written.
void write_json(const std::string& file, const std::vector<figure>& figures);

using steady = std::chrono::steady_clock;

/// Seconds since `start`.
inline double seconds_since(steady::time_point start) {
  return std::chrono::duration<double>(steady::now() - start).count();
}

/// Makes the compiler believe that `value` is read and changed here: what computes it can't be left out.
template <class T>
inline void keep(T& value) {
  asm volatile("" : "+r"(value) : : "memory");
}

/// The cases, grouped by what they look at.
std::vector<bench_case> throughput_cases();  // fine_serial, fine_pool, fused, scale
std::vector<bench_case> time_cases();        // latency, slow_source, small_50k, startstop
std::vector<bench_case> farm_cases();        // cpu_farm, blocking_farm, mixed
std::vector<bench_case> space_cases();       // large, memory
std::vector<bench_case> isolated_cases();    // isolated_large, isolated_small
std::vector<bench_case> queue_cases();       // queue_sqlite, queue_redis
std::vector<bench_case> scan_cases();        // queue_scans
std::vector<bench_case> letter_cases();      // dead_letters

/// What `--child memory SECONDS` does: runs the memory case's graph in this process and prints what it used.
int memory_child(double seconds);

}  // namespace bench
