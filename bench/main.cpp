#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include "harness.hpp"
#include "isolated_child.hpp"

namespace {

constexpr const char* usage = R"(penstock_bench: measures penstock beside its peers
  --case NAME   run this case alone (may be given several times)
  --list        print the names of the cases
  --quick       small sizes and 1 run: shows that all of it runs
  --runs N      runs that each median is taken of (default 5)
  --out FILE    write the figures as a JSON array
  --strict      exit with 1 if a bar was missed
)";

std::vector<bench::bench_case> all_cases() {
  std::vector<bench::bench_case> all;
  for (auto group :
       {bench::throughput_cases(), bench::time_cases(), bench::farm_cases(), bench::space_cases(),
        bench::isolated_cases(), bench::queue_cases(), bench::scan_cases(), bench::letter_cases()}) {
    std::move(group.begin(), group.end(), std::back_inserter(all));
  }
  return all;
}

unsigned positive(const std::string& flag, const std::string& text) {
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  bench::require(*end == '\0' && value > 0, flag + " takes a positive number, not '" + text + "'");
  return static_cast<unsigned>(value);
}

bench::settings parse(const std::vector<std::string>& words) {
  bench::settings wanted;
  bool runs_given = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& flag = words[i];
    const auto value = [&]() -> const std::string& {
      bench::require(i + 1 < words.size(), flag + " takes a value");
      return words[++i];
    };
    if (flag == "--quick") {
      wanted.quick = true;
    } else if (flag == "--strict") {
      wanted.strict = true;
    } else if (flag == "--case") {
      wanted.cases.push_back(value());
    } else if (flag == "--out") {
      wanted.out = value();
    } else if (flag == "--runs") {
      wanted.runs = positive(flag, value());
      runs_given = true;
    } else {
      throw std::runtime_error("unknown flag '" + flag + "'\n" + usage);
    }
  }
  if (wanted.quick && !runs_given) wanted.runs = 1;
  return wanted;
}

int measure(const bench::settings& wanted) {
  std::vector<bench::bench_case> chosen = all_cases();
  for (const std::string& name : wanted.cases) {
    const bool known =
        std::any_of(chosen.begin(), chosen.end(), [&](const auto& each) { return each.name == name; });
    bench::require(known, "no case is called '" + name + "'; --list prints the names");
  }
  std::vector<bench::figure> figures;
  bool failed = false;
  bench::print_heading(std::cout);
  for (const bench::bench_case& each : chosen) {
    const auto& names = wanted.cases;
    if (!names.empty() && std::find(names.begin(), names.end(), each.name) == names.end()) continue;
    try {
      for (bench::figure& line : each.measure(wanted)) {
        bench::print_figure(std::cout, line);
        figures.push_back(std::move(line));
      }
    } catch (const std::exception& error) {
      std::cout << each.name << ": failed: " << error.what() << std::endl;
      failed = true;
    }
  }
  if (!wanted.out.empty()) bench::write_json(wanted.out, figures);
  const auto missed =
      std::count_if(figures.begin(), figures.end(), [](const auto& line) { return !line.reached(); });
  std::cout << figures.size() << " figures, " << missed << " missed; median of " << wanted.runs
            << " alternating runs" << (wanted.quick ? ", quick sizes" : "") << std::endl;
  return failed || (wanted.strict && missed > 0) ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 3 && words[0] == "--child" && words[1] == "memory") {
      return bench::memory_child(std::strtod(words[2].c_str(), nullptr));
    }
    if (words.size() == 4 && words[0] == "--child" && words[1] == "isolated") {
      return bench::isolated_child(argc, argv, words[2], std::strtoul(words[3].c_str(), nullptr, 10));
    }
    if (words.size() == 1 && words[0] == "--help") {
      std::cout << usage;
      return 0;
    }
    if (words.size() == 1 && words[0] == "--list") {
      for (const bench::bench_case& each : all_cases()) std::cout << each.name << '\n';
      return 0;
    }
    return measure(parse(words));
  } catch (const std::exception& error) {
    std::cerr << "penstock_bench: " << error.what() << '\n';
    return 2;
  }
}
