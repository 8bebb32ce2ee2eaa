// Runs graphs with isolated workers, for tests that look at a program from outside: what it prints, how it
// ends. The first argument names the scenario; workers get it too, and so build the same graph.
#include <filesystem>
#include <fstream>
#include <iostream>

#include <unistd.h>

#include "scenarios.hpp"

namespace role_program {

std::vector<int> numbers(int count) {
  std::vector<int> made;
  for (int i = 1; i <= count; ++i) made.push_back(i);
  return made;
}

std::vector<int> children() {
  std::vector<int> found;
  // Threads may end meanwhile.
  std::error_code gone;
  for (std::filesystem::directory_iterator task{"/proc/self/task", gone}, end; !gone && task != end;
       task.increment(gone)) {
    std::ifstream list{task->path() / "children"};
    for (int pid = 0; list >> pid;) found.push_back(pid);
  }
  return found;
}

int run_and_tell(ps::runtime& rt, const ps::graph& g, const std::string& of) {
  ps::run_snapshot last;
  const int code = rt.run(g, last);
  for (const ps::stage_snapshot& each : last.stages) {
    if (each.name != of) continue;
    std::cout << "in " << each.in << " out " << each.out << " letters " << each.dead_letters << " skipped "
              << each.skipped << " restarts " << each.restarts << std::endl;
  }
  if (!last.failure.empty()) std::cout << "failure " << last.failure << std::endl;
  return code;
}

}  // namespace role_program

int main(int argc, char** argv) {
  using namespace role_program;
  alarm(60);  // a scenario that hangs ends all the same
  scenarios all = work_scenarios();
  all.merge(death_scenarios());
  all.merge(chunk_scenarios());
  all.merge(process_scenarios());
  all.merge(idle_scenarios());
  all.merge(protocol_scenarios());
  const std::string name = argc > 1 ? argv[1] : "";
  const auto found = all.find(name);
  if (found == all.end()) {
    std::cerr << "no scenario '" << name << "'\n";
    return 2;
  }
  if (name == "unentered") {
    ps::runtime rt{ps::runtime_options{}};
    return found->second(rt, {});
  }
  ps::runtime rt{argc, argv};
  return found->second(rt, words(rt.arguments().begin() + 1, rt.arguments().end()));
}
