#include <mutex>
#include <ostream>
#include <string>

#include "child.hpp"
#include "harness.hpp"

namespace reliability {

namespace {

/// In the last line of the program: "N seeds passed, M failed (T turns)".
double number_before(const std::string& text, const std::string& words) {
  const auto end = text.rfind(words);
  if (end == std::string::npos) return 0;
  const auto begin = text.find_last_not_of("0123456789", end - 1);
  return std::stod("0" + text.substr(begin + 1, end - begin - 1));
}

}  // namespace

/// Random graphs under a simulated scheduler, with throws, crashes, hangs, lost workers, drains and aborts.
reliability_case simulation_case() {
  return {"simulation", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const unsigned seeds = wanted.short_form ? 1'000 : 20'000;
            const unsigned part = 500;
            std::mutex mutex;
            double passed = 0;
            double violations = 0;
            two_at_a_time(seeds / part, [&](unsigned i) {
              child run = child::start({PENSTOCK_SIMULATE, "--first", std::to_string(1 + i * part), "--seeds",
                                        std::to_string(part)});
              const auto code = run.end(600);
              const std::lock_guard lock{mutex};
              passed += number_before(run.output(), " seeds passed");
              violations += number_before(run.output(), " failed (");
              if (code == 0) return;
              if (number_before(run.output(), " failed (") == 0) ++violations;
              explain << run.output();
            });
            return {exactly("violations", violations, 0, "seeds"),
                    at_least("seeds that passed", passed, seeds, "seeds")};
          }};
}

}  // namespace reliability
