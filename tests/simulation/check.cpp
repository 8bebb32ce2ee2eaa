#include "check.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/messages/failure.hpp>

#include "item.hpp"
#include "model.hpp"

namespace penstock_simulation {

using penstock::run_phase;

namespace {

std::string hex(std::uint64_t value) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 32; shift -= 4) text += digits[(value >> shift) & 15];
  return text;
}

class checker {
 public:
  checker(const shape& s, const journal& log, const facts& seen) : shape_{s}, log_{log}, seen_{seen} {}

  std::vector<std::string> run() {
    violations_ = log_.complaints;
    const bool done = seen_.state.phase == run_phase::done;
    whole_ = done && !log_.stopped;
    std::map<int, std::uint32_t> made;
    if (whole_) {
      for (const node& n : shape_.nodes) {
        if (n.type == node_type::source) made[n.number] = static_cast<std::uint32_t>(figures(n.name).in);
      }
    }
    expected_ = expect(shape_, made);
    check_end();
    check_figures();
    for (const auto& [number, stream] : expected_.sinks) check_sink(node_of(number), stream);
    check_verdicts();
    if (whole_ && log_.letters.size() != expected_.letters) {
      fail(std::to_string(log_.letters.size()) + " dead letters were written, not " +
           std::to_string(expected_.letters));
    }
    for (std::string& each : check_credit(log_, seen_)) fail(std::move(each));
    for (std::string& each : check_letters(shape_, log_, seen_)) fail(std::move(each));
    return std::move(violations_);
  }

 private:
  void fail(std::string sentence) { violations_.push_back(std::move(sentence)); }

  const node& node_of(int number) const { return shape_.nodes[static_cast<std::size_t>(number)]; }

  const penstock::stage_snapshot& figures(const std::string& name) const {
    return *std::find_if(seen_.last.stages.begin(), seen_.last.stages.end(),
                         [&](const auto& each) { return each.name == name; });
  }

  /// The run ended as its faults and what was done to it allow.
  void check_end() {
    const run_phase phase = seen_.state.phase;
    if (phase == run_phase::failed) {
      const auto thrown = thrown_fault();
      if (!thrown) {
        fail("the run failed by itself in " + seen_.state.failed_member + ": " +
             penstock::describe_exception(seen_.state.error).text);
      } else if (!expected_.fatal.contains(*thrown) && !partial_groups()) {
        fail("the run failed with a fault that was to be survived: '" + node_of(thrown->first).name +
             "', item " + hex(thrown->second));
      }
    } else if (phase == run_phase::aborted) {
      if (!seen_.aborted) fail("the run was aborted by nobody");
    } else if (phase != run_phase::done) {
      fail(std::string{"the run's state at its end is "} + to_string(phase));
    } else if (whole_) {
      for (const auto& [number, value] : expected_.fatal) {
        const node& n = node_of(number);
        if (n.type == node_type::source && seen_.drained) continue;
        fail("the run went on after a fault of '" + n.name + "', item " + hex(value));
      }
    }
  }

  std::optional<std::pair<int, std::uint64_t>> thrown_fault() const {
    try {
      std::rethrow_exception(seen_.state.error);
    } catch (const fault& f) {
      return std::pair{f.node, f.value};
    } catch (const odd_fault& f) {
      return std::pair{f.node, f.value};
    } catch (const penstock::timeout_error&) {
      // It does not say which item.
      for (const auto& [number, value] : expected_.fatal) {
        if (node_of(number).hangs && node_of(number).name == seen_.state.failed_member)
          return std::pair{number, value};
      }
    } catch (const penstock::held_error&) {
      for (const node& n : shape_.nodes) {
        if (n.name == seen_.state.failed_member) return std::pair{n.number, overfull};
      }
    } catch (...) {
    }
    return std::nullopt;
  }

  void check_figures() {
    for (const auto& each : seen_.last.stages) {
      if (each.name.empty()) {
        fail("a stage left no figures");
        continue;
      }
      if (each.kind == "source") continue;
      const stage_limits& limit = seen_.limits.at(each.name);
      if (each.peak_custody > std::max(limit.capacity, limit.inputs)) {
        fail("'" + each.name + "' held " + std::to_string(each.peak_custody) +
             " items, more than its capacity of " + std::to_string(limit.capacity));
      }
      const auto beyond = 2 * limit.workers * limit.inputs * (bare_weight + most_load);
      if (each.peak_custody_bytes > limit.bytes + beyond) {
        fail("'" + each.name + "' held " + std::to_string(each.peak_custody_bytes) +
             " bytes, more than its " + std::to_string(limit.bytes) + " and 2 items per worker and input");
      }
      if (whole_ && each.held > 0)
        fail("'" + each.name + "' ended with " + std::to_string(each.held) + " items in chunks");
      if (whole_ && (each.queued > 0 || each.in_work > 0)) {
        fail("'" + each.name + "' ended with " + std::to_string(each.queued) + " items queued and " +
             std::to_string(each.in_work) + " in work");
      }
    }
  }

  void check_sink(const node& n, const model_stream& expected) {
    std::vector<std::uint64_t> got;
    for (const auto& each : log_.effects) {
      if (each.sink == n.number) got.push_back(each.value);
    }
    std::vector<std::uint64_t> want;
    for (const auto& each : expected.items) want.push_back(each.value);
    const auto arrived = got;
    std::sort(got.begin(), got.end());
    std::sort(want.begin(), want.end());
    std::vector<std::uint64_t> extra;
    std::set_difference(got.begin(), got.end(), want.begin(), want.end(), std::back_inserter(extra));
    if (!extra.empty() && !partial_groups()) {
      const bool known = std::binary_search(want.begin(), want.end(), extra.front());
      fail("'" + n.name + "' got " + (known ? "more than once" : "what nobody made") + ": " + list(extra));
    }
    std::vector<std::uint64_t> missing;
    std::set_difference(want.begin(), want.end(), got.begin(), got.end(), std::back_inserter(missing));
    if (whole_ && !missing.empty()) {
      fail("'" + n.name + "' never got " + list(missing) + " of " + std::to_string(want.size()));
    }
    if (!moved(n.name)) check_order(n, expected, want, arrived);
  }

  /// What became of a job may be another's doing: they were in one chunk.
  bool shared_fate() const {
    const bool chunks = std::any_of(shape_.nodes.begin(), shape_.nodes.end(),
                                    [](const node& n) { return n.chunks.size > 0; });
    return chunks && std::any_of(expected_.jobs.begin(), expected_.jobs.end(),
                                 [](const model_job& job) { return job.flagged; });
  }

  /// What a body that wants no more discards is not flagged as long as others want it: then a gather may get
  /// a part of a job and can't know.
  bool partial_groups() const {
    if (!log_.stopped) return false;
    bool gathers = false;
    bool broadcasts = false;
    std::set<int> used;
    for (const node& n : shape_.nodes) {
      gathers = gathers || n.type == node_type::gather;
      for (const int input : n.inputs) broadcasts = !used.insert(input).second || broadcasts;
    }
    return gathers && broadcasts;
  }

  static std::string list(const std::vector<std::uint64_t>& values) {
    return std::to_string(values.size()) + " items, the first " + hex(values.front());
  }

  /// Somebody changed its workers, and so maybe the order in which a sink works.
  bool moved(const std::string& name) const {
    return std::any_of(shape_.deeds.begin(), shape_.deeds.end(), [&](const deed& each) {
      return each.kind == deed::what::set_workers && each.stage == name;
    });
  }

  void check_order(const node& n, const model_stream& expected, const std::vector<std::uint64_t>& want,
                   const std::vector<std::uint64_t>& arrived) {
    std::map<std::uint64_t, std::size_t> place;
    for (std::size_t i = 0; i < arrived.size(); ++i) place.emplace(arrived[i], i);
    for (const auto& order : expected.orders) {
      std::size_t last = 0;
      for (const std::uint32_t index : order) {
        const auto value = expected.items[index].value;
        const auto found = place.find(value);
        const auto same = std::equal_range(want.begin(), want.end(), value);
        if (found == place.end() || same.second - same.first != 1) continue;
        if (found->second + 1 < last) {
          fail("'" + n.name + "' got item " + hex(value) + " out of order");
          return;
        }
        last = found->second + 1;
      }
    }
  }

  struct standing {
    int verdicts = 0;
    bool acked = false;
    std::uint64_t at = 0;
    std::int64_t missing = 0;  ///< effects that never came
  };

  /// Every delivery gets one verdict, after its last effect, and a nack exactly if something of it was lost.
  void check_verdicts() {
    if (log_.owed && seen_.state.phase == run_phase::done)
      fail("the run ended before all verdicts were told");
    std::map<std::pair<int, std::uint64_t>, int> job_of;
    for (std::size_t i = 0; i < expected_.jobs.size(); ++i) {
      job_of[{expected_.jobs[i].source, expected_.jobs[i].value}] = static_cast<int>(i);
    }
    std::vector<standing> jobs(expected_.jobs.size());
    for (const auto& each : log_.verdicts) {
      const auto found = job_of.find({each.source, each.value});
      if (found == job_of.end()) {
        fail("a verdict was given on a job that nobody made");
        continue;
      }
      standing& job = jobs[static_cast<std::size_t>(found->second)];
      ++job.verdicts;
      job.acked = each.acked;
      job.at = each.at;
    }
    compare_effects(jobs);
    for (const auto& [source, value] : log_.delivered) {
      const auto found = job_of.find({source, value});
      if (found == job_of.end()) continue;
      const standing& job = jobs[static_cast<std::size_t>(found->second)];
      const std::string name = "job " + hex(value) + " of '" + node_of(source).name + "' ";
      if (job.verdicts != 1) fail(name + "got " + std::to_string(job.verdicts) + " verdicts");
      const bool flagged = expected_.jobs[static_cast<std::size_t>(found->second)].flagged;
      if (whole_ && job.verdicts > 0 && job.acked == flagged && (flagged || !shared_fate()))
        fail(name + (flagged ? "was acked" : "was nacked"));
      // An edge that was cancelled while another consumer lives discards without a flag.
      if (job.acked && job.missing > 0 && !log_.stopped) {
        fail(name + "was acked, but " + std::to_string(job.missing) + " of its effects never came");
      }
    }
  }

  void compare_effects(std::vector<standing>& jobs) {
    for (const auto& [number, stream] : expected_.sinks) {
      std::map<std::uint64_t, int> owner;  ///< -1: several jobs or none
      for (const model_item& each : stream.items) {
        const auto [at, added] = owner.emplace(each.value, each.job);
        if (!added && at->second != each.job) at->second = -1;
      }
      for (const model_item& each : stream.items) {
        if (owner[each.value] >= 0) ++jobs[static_cast<std::size_t>(each.job)].missing;
      }
      for (const auto& each : log_.effects) {
        const auto found = owner.find(each.value);
        if (each.sink != number || found == owner.end() || found->second < 0) continue;
        standing& job = jobs[static_cast<std::size_t>(found->second)];
        --job.missing;
        if (job.verdicts > 0 && job.at < each.at) {
          fail("'" + node_of(number).name + "' got item " + hex(each.value) +
               " after the verdict on its job");
        }
      }
    }
  }

  const shape& shape_;
  const journal& log_;
  const facts& seen_;
  expectation expected_;
  bool whole_ = false;  ///< nothing ended the run early
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> check(const shape& s, const journal& log, const facts& seen) {
  return checker{s, log, seen}.run();
}

}  // namespace penstock_simulation
