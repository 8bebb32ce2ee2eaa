// Runs graphs with isolated workers, for tests that look at the program from outside: what it prints, how it
// ends. The first argument names the scenario; workers get it too, and so build the same graph.
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

namespace ps = penstock;

namespace {

std::vector<int> numbers(int count) {
  std::vector<int> made;
  for (int i = 1; i <= count; ++i) made.push_back(i);
  return made;
}

/// Prints the sum of what reaches the end, and whether another process did the work.
int squares(ps::runtime& rt) {
  ps::graph g{"squares"};
  long sum = 0;
  bool elsewhere = true;
  const pid_t here = getpid();
  g.source("numbers", numbers(1000))
      .stage(
          "square", [](int n) { return std::pair{static_cast<long>(n) * n, getpid()}; }, ps::isolated,
          ps::workers(2))
      .sink("sum", [&](const std::pair<long, int>& made) {
        sum += made.first;
        elsewhere = elsewhere && made.second != here;
      });
  const int code = rt.run(g);
  std::cout << "sum " << sum << (elsewhere ? " elsewhere" : " here") << std::endl;
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  ps::runtime rt{argc, argv};
  const std::map<std::string, std::function<int(ps::runtime&)>> scenarios{{"squares", &squares}};
  const auto& words = rt.arguments();
  const auto found = words.empty() ? scenarios.end() : scenarios.find(words.front());
  if (found == scenarios.end()) {
    std::cerr << "no such scenario\n";
    return 2;
  }
  return found->second(rt);
}
