// Work that may crash, in processes of its own: a parser of somebody else's, say. Here one of a hundred
// pictures ends every process that looks at it. The others arrive, and the bad one is a dead letter that says
// how the processes ended. The pictures' bytes are not copied on their way.
#include <csignal>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <optional>

#include <boost/describe/class.hpp>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

namespace ps = penstock;
using namespace ps::literals;
using namespace std::chrono_literals;

struct picture {
  int number = 0;
  ps::shared_buffer<std::uint8_t> bytes;
};
BOOST_DESCRIBE_STRUCT(picture, (), (number, bytes))

struct brightness {
  int number = 0;
  double mean = 0;
};
BOOST_DESCRIBE_STRUCT(brightness, (), (number, mean))

/// Pictures 0 to 99, of one megabyte each.
class camera {
 public:
  std::optional<picture> operator()() {
    if (next_ == 100) return std::nullopt;
    auto bytes = ps::shared_buffer<std::uint8_t>::make(1'000'000);
    for (auto& each : bytes.edit()) each = static_cast<std::uint8_t>(next_);
    return picture{next_++, std::move(bytes)};
  }

 private:
  int next_ = 0;
};

brightness look_at(const picture& p) {
  if (p.number == 13) std::raise(SIGSEGV);  // the parser meets its picture
  const double sum = std::accumulate(p.bytes.begin(), p.bytes.end(), 0.0);
  return {p.number, sum / static_cast<double>(p.bytes.size())};
}

int main(int argc, char** argv) {
  // First in main: workers are this program started anew, and take up their work here.
  ps::runtime_options defaults;
  defaults.dead_letters = "isolated-dead-letters.sqlite";
  ps::runtime rt{argc, argv, defaults};

  ps::graph g{"isolated"};
  int arrived = 0;
  g.source("camera", camera{})
      .stage("look", look_at, ps::isolated, ps::workers(2), ps::memory_limit(512_MiB), ps::timeout(10s),
             ps::on_error(ps::dead_letter()))
      .sink("count", [&](const brightness&) { ++arrived; });

  ps::run_snapshot last;
  const int code = rt.run(g, last);
  std::cout << arrived << " pictures arrived, " << last.stages.at(1).dead_letters << " dead letter, "
            << last.stages.at(1).restarts << " processes replaced\n";
  return code;
}
