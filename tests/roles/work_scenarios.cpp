// What isolated workers do when all goes well, and how their exceptions come back.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include <unistd.h>

#include <penstock/messages/codec.hpp>

#include "scenarios.hpp"

namespace role_program {

namespace {

/// Prints the sum of what reaches the end, and whether other processes did the work.
int squares(ps::runtime& rt, const words&) {
  ps::graph g{"squares"};
  long sum = 0;
  bool elsewhere = true;
  const pid_t here = getpid();
  g.source("numbers", numbers(1000))
      .stage(
          "square",
          [](int n) {
            return std::pair{static_cast<long>(n) * n, getpid()};
          },
          ps::isolated, ps::workers(2))
      .sink("sum", [&](const std::pair<long, int>& made) {
        sum += made.first;
        elsewhere = elsewhere && made.second != here;
      });
  const int code = rt.run(g);
  std::cout << "sum " << sum << (elsewhere ? " elsewhere" : " here") << std::endl;
  return code;
}

int keeps_order(ps::runtime& rt, const words&) {
  ps::graph g{"order"};
  int next = 1;
  bool in_order = true;
  g.source("numbers", numbers(20'000))
      .stage(
          "pass", [](int n) { return n; }, ps::isolated, ps::workers(3), ps::ordered)
      .sink("end", [&](int n) { in_order = in_order && n == next++; });
  const int code = rt.run(g);
  std::cout << (in_order ? "in order " : "out of order ") << next - 1 << std::endl;
  return code;
}

/// Bodies that drop, that make many, and that are generators; a sink elsewhere.
int forms(ps::runtime& rt, const words&) {
  ps::graph g{"forms"};
  long sum = 0;
  auto made =
      g.source("numbers", numbers(1000))
          .stage(
              "drop", [](int n) { return n % 2 == 0 ? std::optional{n} : std::nullopt; }, ps::isolated)
          .stage(
              "twice",
              [](int n) {
                return std::vector<int>{n, n};
              },
              ps::isolated)
          .stage(
              "one by one",
              [](int n) -> ps::generator<int> {
                for (int i = 0; i < 3; ++i) co_yield n;
              },
              ps::isolated);
  made.sink("sum", [&](int n) { sum += n; });
  made.sink(
      "elsewhere", [](int) {}, ps::isolated);
  const int code = rt.run(g);
  std::cout << "sum " << sum << std::endl;
  return code;
}

struct counting {
  int seen = 0;
  void on_start() { std::cout << "printed in a worker" << std::endl; }
  std::optional<int> operator()(int) {
    ++seen;
    return std::nullopt;
  }
  int on_end() { return seen; }
  void on_stop() { std::cerr << "stopped in a worker" << std::endl; }
};

/// What hooks do; what they print goes to standard error.
int hooks(ps::runtime& rt, const words&) {
  ps::graph g{"hooks"};
  g.source("numbers", numbers(500)).stage("count", counting{}, ps::isolated).sink("end", [](int n) {
    std::cout << "counted " << n << std::endl;
  });
  return rt.run(g);
}

int stops_early(ps::runtime& rt, const words&) {
  ps::graph g{"stops early"};
  int seen = 0;
  g.source("endless", [n = 0]() mutable { return std::optional{++n}; })
      .stage(
          "until ten",
          [](ps::worker_context& context, int n) {
            if (n == 10) context.stop();
            return n;
          },
          ps::isolated)
      .sink("end", [&](int) { ++seen; });
  const int code = rt.run(g);
  std::cout << "seen " << seen << std::endl;
  return code;
}

struct too_large : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void tell_what_ended(ps::runtime& rt, const ps::graph& g) {
  try {
    auto run = rt.start(g);
    run.wait();
  } catch (const ps::remote_error& thrown) {
    std::cout << "type " << thrown.type() << " bytes " << thrown.text().size() << " runtime_error "
              << thrown.is<std::runtime_error>() << " logic_error " << thrown.is<std::logic_error>()
              << std::endl;
  } catch (const std::exception& other) {
    std::cout << "other " << other.what() << std::endl;
  }
}

int large_exception(ps::runtime& rt, const words&) {
  ps::graph g{"large exception"};
  g.source("numbers", numbers(100))
      .sink(
          "throws",
          [](int n) {
            if (n == 17) throw too_large{std::string(3'000'000, 'x')};
          },
          ps::isolated);
  tell_what_ended(rt, g);
  return 0;
}

/// Rules see the type of what was thrown elsewhere, and its bases.
int policies(ps::runtime& rt, const words&) {
  ps::graph g{"policies"};
  long sum = 0;
  g.source("numbers", numbers(100))
      .stage(
          "throws",
          [](ps::worker_context& context, int n) {
            if (n == 17) throw std::out_of_range{"seventeen"};
            if (n == 18 && context.attempt() < 3) throw too_large{"eighteen"};
            return n;
          },
          ps::isolated,
          // The first is what it travels in, not what was thrown.
          ps::on_error(ps::fail().when<ps::error>(), ps::skip().when<std::logic_error>(),
                       ps::retry(2).when<too_large>()))
      .sink("sum", [&](int n) { sum += n; });
  const int code = run_and_tell(rt, g, "throws");
  std::cout << "sum " << sum << std::endl;
  return code;
}

struct bad_start {
  void on_start() { throw too_large{"not today"}; }
  void operator()(int) {}
};

int throws_at_start(ps::runtime& rt, const words&) {
  ps::graph g{"throws at start"};
  g.source("numbers", numbers(100)).sink("bad", bad_start{}, ps::isolated);
  tell_what_ended(rt, g);
  return 0;
}

using floats = ps::shared_buffer<float>;

/// Arrays go to another process and come back, some as they were, some new; nobody copies what may be shared.
int arrays(ps::runtime& rt, const words&) {
  ps::graph g{"arrays"};
  constexpr std::size_t size = 1'000'000;
  double sum = 0;
  int same = 0;
  g.source("arrays",
           [n = 0]() mutable -> std::optional<floats> {
             if (++n > 40) return std::nullopt;
             auto made = floats::make(size);
             std::ranges::fill(made.edit(), static_cast<float>(n));
             return made;
           })
      .stage(
          "work",
          [](const floats& in) {
            if (in[0] > 20) return std::pair{in, false};
            auto made = floats::copy_of(in);
            for (float& each : made.edit()) each += 1;
            return std::pair{made, in.editable()};
          },
          ps::isolated, ps::workers(2))
      .stage(
          "again", [](const std::pair<floats, bool>& in) { return in; }, ps::isolated)
      .sink("sum", [&](const std::pair<floats, bool>& in) {
        sum += std::accumulate(in.first.begin(), in.first.end(), 0.0);
        same += in.second ? 0 : 1;
      });
  const int code = rt.run(g);
  std::cout << "sum " << static_cast<long>(sum / size) << " read-only " << same << " left "
            << ps::shared_arena::own()->taken() << std::endl;
  return code;
}

/// Items larger than what fits between two processes at a time.
int long_texts(ps::runtime& rt, const words&) {
  ps::graph g{"long texts"};
  std::size_t bytes = 0;
  g.source("texts",
           [n = 0]() mutable -> std::optional<std::string> {
             if (++n > 20) return std::nullopt;
             return std::string(static_cast<std::size_t>(n) * 100'000, 'x');
           })
      .stage(
          "twice", [](const std::string& in) { return in + in; }, ps::isolated)
      .sink("end", [&](const std::string& in) { bytes += in.size(); });
  const int code = rt.run(g);
  std::cout << "bytes " << bytes << std::endl;
  return code;
}

/// Can be written down, and some of it not be read back.
struct one_way {
  int value = 0;

  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& value;
    if (Archive::is_loading::value && value == 140) throw std::runtime_error{"unreadable"};
  }
};

/// One result can't be read: it alone fails.
int unreadable(ps::runtime& rt, const words&) {
  ps::graph g{"unreadable"};
  int seen = 0;
  long sum = 0;
  g.source("numbers", numbers(1000))
      .stage(
          "mark", [](int n) { return one_way{n + 100}; }, ps::isolated, ps::on_error(ps::skip()))
      .sink("end", [&](const one_way& made) {
        ++seen;
        sum += made.value;
      });
  ps::run_snapshot last;
  const int code = rt.run(g, last);
  std::cout << "seen " << seen << " sum " << sum << " failures " << last.stages.at(1).failures << std::endl;
  return code;
}

}  // namespace

scenarios work_scenarios() {
  return {{"squares", squares},
          {"order", keeps_order},
          {"forms", forms},
          {"hooks", hooks},
          {"stops-early", stops_early},
          {"large-exception", large_exception},
          {"policies", policies},
          {"throws-at-start", throws_at_start},
          {"arrays", arrays},
          {"long-texts", long_texts},
          {"unreadable", unreadable},
          {"unentered", squares}};
}

}  // namespace role_program
