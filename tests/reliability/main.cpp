#include <algorithm>
#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>

#include <penstock/runtime/role_entry.hpp>

#include "harness.hpp"

namespace {

using namespace reliability;

constexpr const char* usage = R"(penstock_reliability: breaks things and looks what is lost
  --case NAME   run this case alone (may be given several times)
  --list        print the names of the cases
  --short       seconds instead of minutes
  --out FILE    write the findings as a JSON array
)";

std::vector<reliability_case> all_cases() {
  return {simulation_case(),    retries_case(),      killed_children_case(),  poison_case(),
          killed_sqlite_case(), killed_redis_case(), killed_server_case(),    allocations_case(),
          full_disk_case(),     sigterm_case(),      stopped_children_case(), hung_bodies_case(),
          exits_case(),         queue_disk_case(),   clocks_case(),           forgetful_case(),
          schemas_case(),       soak_case()};
}

const std::map<std::string, int (*)(const std::vector<std::string>&)> children{
    {"allocation", allocation_child},
    {"jobs", job_child},
    {"hung-body", hung_body_child},
    {"exit", exit_child},
    {"killed-children", killed_children_child},
    {"poison", poison_child},
    {"stopped-children", stopped_children_child},
    {"queue-worker", queue_worker_child},
    {"full-disk", full_disk_child},
    {"queue-disk", queue_disk_child},
    {"schema-worker", schema_worker_child},
    {"soak", soak_child},
};

settings parse(const std::vector<std::string>& words) {
  settings wanted;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& flag = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) throw std::runtime_error(flag + " takes a value");
      return words[++i];
    };
    if (flag == "--short") {
      wanted.short_form = true;
    } else if (flag == "--case") {
      wanted.cases.push_back(value());
    } else if (flag == "--out") {
      wanted.out = value();
    } else {
      throw std::runtime_error("unknown flag '" + flag + "'\n" + usage);
    }
  }
  return wanted;
}

bool names(const reliability_case& one, const std::string& name) { return one.name == name; }

int measure(const settings& wanted) {
  const std::vector<reliability_case> known = all_cases();
  for (const std::string& name : wanted.cases) {
    if (std::none_of(known.begin(), known.end(), [&](const auto& each) { return names(each, name); }))
      throw std::runtime_error("no case is called '" + name + "'; --list prints the names");
  }
  std::vector<finding> findings;
  print_heading(std::cout);
  for (const reliability_case& each : known) {
    const bool chosen =
        wanted.cases.empty() || std::any_of(wanted.cases.begin(), wanted.cases.end(),
                                            [&](const auto& name) { return names(each, name); });
    if (!chosen) continue;
    const auto began = steady::now();
    std::vector<finding> made;
    try {
      made = each.measure(wanted, std::cout);
    } catch (const std::exception& error) {
      std::cout << "  " << each.name << " could not be measured: " << error.what() << std::endl;
      made.push_back(exactly("could not be measured", 1, 0, "runs"));
    }
    made.push_back(shown("duration", seconds_since(began), "s"));
    for (finding& line : made) {
      line.name = each.name;
      print_finding(std::cout, line);
      findings.push_back(std::move(line));
    }
  }
  if (!wanted.out.empty()) write_json(wanted.out, findings);
  const auto broken =
      std::count_if(findings.begin(), findings.end(), [](const finding& line) { return !line.holds; });
  std::cout << findings.size() << " findings, " << broken << " of them do not hold"
            << (wanted.short_form ? "; short form" : "") << std::endl;
  return broken > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  penstock::enter_program(argc, argv);  // processes of isolated pools take up their work in a case's run
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() >= 2 && words[0] == "--child")
      return children.at(words[1])({words.begin() + 2, words.end()});
    if (words.size() == 1 && words[0] == "--help") {
      std::cout << usage;
      return 0;
    }
    if (words.size() == 1 && words[0] == "--list") {
      for (const reliability_case& each : all_cases()) std::cout << each.name << '\n';
      return 0;
    }
    return measure(parse(words));
  } catch (const std::exception& error) {
    std::cerr << "penstock_reliability: " << error.what() << '\n';
    return 2;
  }
}
