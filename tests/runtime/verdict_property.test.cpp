// What must hold for every operator that a graph can have: each delivery of a job gets one verdict, and none
// of its effects comes after an acknowledgement. A new operator is not done before it has a route here.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock_test/catch.hpp>

#include <penstock/messages/codec.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// In the order in which it happened.
struct entry {
  enum { delivered, effect, ack, nack } what;
  int job;
};

/// A queue of `left` jobs.
struct journaled_queue {
  std::shared_ptr<collected<entry>> journal;
  int left;
  int next = 0;

  std::optional<int> operator()() {
    if (next == left) return std::nullopt;
    journal->push({entry::delivered, next});
    return next++;
  }
  void ack(const int& job) { journal->push({entry::ack, job}); }
  void nack(const int& job, const std::string&) { journal->push({entry::nack, job}); }
};

/// Draws what a route leaves open.
struct choices {
  std::mt19937 dice;

  int below(int n) { return std::uniform_int_distribution<int>{0, n - 1}(dice); }
  int workers() { return 1 + below(3); }
  int capacity() { return std::vector{1, 2, 5, 64, 4096}[static_cast<std::size_t>(below(5))]; }
};

/// The end of every branch: an effect of its job.
struct effect {
  std::shared_ptr<collected<entry>> journal;
  void operator()(int job) const { journal->push({entry::effect, job}); }
};

struct route {
  std::string name;  ///< as the member of stream or graph is called
  std::function<void(const ps::stream<int>&, const effect&, choices&)> build;
};

std::vector<route> routes() {
  const auto end = [](const auto& s, const std::string& name, const effect& e, choices& c) {
    s.sink(name, e, ps::workers(c.workers()), ps::capacity(c.capacity()));
  };
  const auto gathered = [](const std::vector<ps::outcome<int>>& all) {
    for (const auto& each : all) {
      if (each) return *each;
    }
    return -1;
  };
  return {
      {"sink", [=](const auto& s, const effect& e, choices& c) { end(s, "end", e, c); }},
      {"stage",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.stage(
                 "work", [](int job) { return job; }, ps::workers(c.workers()), ps::capacity(c.capacity()),
                 ps::blocking),
             "end", e, c);
       }},
      {"stage that drops",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.stage(
                 "drop", [](int job) { return job % 3 == 0 ? std::nullopt : std::optional{job}; },
                 ps::workers(c.workers())),
             "end", e, c);
       }},
      {"stage of many",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.stage(
                 "many", [](int job) { return std::vector<int>(static_cast<std::size_t>(job % 4), job); },
                 ps::workers(c.workers())),
             "end", e, c);
       }},
      {"stage of a generator",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.stage(
                 "generate",
                 [](int job) -> ps::generator<int> {
                   for (int i = 0; i < job % 5; ++i) co_yield job;
                 },
                 ps::workers(c.workers())),
             "end", e, c);
       }},
      {"map", [=](const auto& s, const effect& e,
                  choices& c) { end(s.map([](int job) { return job; }), "end", e, c); }},
      {"filter", [=](const auto& s, const effect& e,
                     choices& c) { end(s.filter([](int job) { return job % 2 == 0; }), "end", e, c); }},
      {"flat_map",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.flat_map([](int job) { return std::vector<int>(static_cast<std::size_t>(job % 3), job); }),
             "end", e, c);
       }},
      {"flatten",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.map([](int job) {
                return std::vector<int>(static_cast<std::size_t>(job % 3), job);
              }).flatten(),
             "end", e, c);
       }},
      {"tap",
       [=](const auto& s, const effect& e, choices& c) { end(s.tap([](const int&) {}), "end", e, c); }},
      {"broadcast",
       [=](const auto& s, const effect& e, choices& c) {
         end(s, "left", e, c);
         end(s.stage(
                 "work", [](int job) { return job; }, ps::workers(c.workers())),
             "right", e, c);
       }},
      {"merge",
       [=](const auto& s, const effect& e, choices& c) {
         const auto left = s.stage(
             "odd", [](int job) { return job; }, ps::capacity(c.capacity()));
         end(ps::merge(left, s), "end", e, c);
       }},
      {"by_key",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.by_key([](int job) { return job % 5; })
                 .stage(
                     "keyed", [](int job) { return job; }, ps::workers(c.workers()),
                     ps::capacity(c.capacity())),
             "end", e, c);
       }},
      {"chunk",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.chunk("chunk", 1 + c.below(9), 1ms, ps::capacity(c.capacity())).flatten(), "end", e, c);
       }},
      {"chunk of each key",
       [=](const auto& s, const effect& e, choices& c) {
         end(s.by_key([](int job) { return job % 5; })
                 .chunk("chunk", 1 + c.below(5), 1ms, ps::max_held(5 + c.below(20)))
                 .flatten(),
             "end", e, c);
       }},
      {"chunk and scatter",
       [=](const auto& s, const effect& e, choices& c) {
         const auto sum = [](const std::vector<ps::outcome<int>>& all) {
           std::vector<int> jobs;
           for (const auto& each : all) {
             if (each) jobs.push_back(*each);
           }
           return jobs;
         };
         const auto gathered_chunks = s.chunk("chunk", 1 + c.below(4), 1ms)
                                          .scatter("apart", [](const std::vector<int>& jobs) { return jobs; })
                                          .gather("together", sum);
         end(gathered_chunks, "end", e, c);
       }},
      {"scatter",
       [=](const auto& s, const effect& e, choices& c) {
         const auto pieces =
             s.scatter("tiles",
                       [](int job) { return std::vector<int>(static_cast<std::size_t>(job % 4), job); })
                 .stage(
                     "piece",
                     [](int job) {
                       if (job % 11 == 5) throw broken_item{"piece"};
                       return job;
                     },
                     ps::workers(c.workers()), ps::capacity(c.capacity()));
         end(pieces.gather("assemble", gathered), "end", e, c);
       }},
      {"gather",
       [=](const auto& s, const effect& e, choices& c) {
         // An inner job in an outer one.
         const auto inner = s.scatter("rows", [](int job) { return std::vector<int>(3, job); })
                                .scatter("cells", [](int job) { return std::vector<int>(2, job); })
                                .gather("row", gathered);
         end(inner.gather("table", gathered, ps::workers(c.workers())), "end", e, c);
       }},
  };
}

enum class ending { whole, drained, aborted, stopped, failed };

struct trial {
  std::shared_ptr<collected<entry>> journal = std::make_shared<collected<entry>>();
  headcount half_way;

  void run(const route& way, ending how, int policy, std::uint32_t seed, const std::string& letters) {
    constexpr int jobs = 60;
    choices c{std::mt19937{seed}};
    ps::graph g{"property"};
    const auto source = g.source("pull", journaled_queue{journal, jobs}, ps::in_flight(1 + c.below(20)));
    const auto shaky = [this, how](ps::worker_context& context, const int& job) {
      if (job == jobs / 2) {
        half_way.arrive();
        if (how == ending::stopped) context.stop();
        if (how == ending::failed) throw fatal{"the run ends here"};
      }
      if (job % 7 == 3 && context.attempt() < 3) throw broken_item{"shaky"};
      return job;
    };
    const auto stage = [&](auto... rules) {
      return source.stage("shaky", shaky, ps::workers(c.workers()), ps::blocking,
                          ps::on_error(ps::fail().template when<fatal>(), rules...));
    };
    const ps::stream<int> into = policy == 0   ? stage(ps::skip())
                                 : policy == 1 ? stage(ps::retry(2, 0ms), ps::skip())
                                               : stage(ps::retry(1, 0ms), ps::dead_letter());
    way.build(into, effect{journal}, c);
    ps::runtime_options options;
    options.dead_letters = letters;
    ps::runtime rt{options};
    ps::run running = rt.start(g);
    if (how == ending::drained || how == ending::aborted) {
      REQUIRE(half_way.await(1));
      if (how == ending::drained) running.drain();
      if (how == ending::aborted) running.abort("by a test");
    }
    try {
      running.wait();
    } catch (const fatal&) {
      CHECK(how == ending::failed);
    } catch (const ps::aborted_error&) {
      CHECK(how == ending::aborted);
    }
  }

  struct fatal : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
};

}  // namespace

TEST_CASE(
    "each delivery gets one verdict, and no effect comes after its acknowledgement, whatever it goes through",
    "[engine][acknowledge][property]") {
  const auto letters =
      (std::filesystem::temp_directory_path() / "penstock_verdict_property.sqlite").string() +
      std::to_string(::getpid());
  std::uint32_t seed = 1;
  for (const route& way : routes()) {
    for (const ending how :
         {ending::whole, ending::drained, ending::aborted, ending::stopped, ending::failed}) {
      for (int policy = 0; policy < 3; ++policy) {
        trial t;
        INFO(way.name << ", ending " << static_cast<int>(how) << ", policy " << policy << ", seed " << seed);
        t.run(way, how, policy, seed++, letters);
        std::map<int, int> verdicts;
        std::set<int> delivered;
        std::set<int> acked;
        int late = 0;
        for (const entry& each : t.journal->values()) {
          if (each.what == entry::delivered) delivered.insert(each.job);
          if (each.what == entry::ack) acked.insert(each.job);
          if (each.what == entry::ack || each.what == entry::nack) ++verdicts[each.job];
          if (each.what == entry::effect && acked.count(each.job) > 0) ++late;
        }
        CHECK(late == 0);
        CHECK(verdicts.size() == delivered.size());
        for (const auto& [job, count] : verdicts) {
          INFO("job " << job);
          CHECK(count == 1);
        }
        if (how == ending::whole) CHECK(acked.size() == 60);
      }
    }
  }
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(letters + part);
}

TEST_CASE("the property of verdicts is tried on everything that a stream can do", "[property]") {
  std::set<std::string> tried;
  for (const route& each : routes()) tried.insert(each.name);
  std::ifstream in{std::string{PENSTOCK_SOURCE_DIR} + "/runtime/stream_calls.hpp"};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  text.resize(text.find("\n protected:"));  // what follows is not for users
  const std::regex member{R"(\n  (?:\[\[nodiscard\]\] )?(?:auto|void) ([a-z_]+)\()"};
  int found = 0;
  for (std::sregex_iterator each{text.begin(), text.end(), member}, last; each != last; ++each) {
    const std::string name = (*each)[1];
    ++found;
    INFO(name << " has no route in this file");
    CHECK(tried.count(name) == 1);
  }
  CHECK(found >= 10);
}
