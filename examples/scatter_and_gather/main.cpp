// scatter and gather: a job becomes pieces, the pieces go through pools of their own, and come together
// again.
//
// Each job is a slice of a number range, whose primes are counted piece by piece. gather gets an outcome for
// every piece, a value or a failure, once nothing of the job is under way any more; a bad piece does not
// spoil its job.

#include <algorithm>
#include <boost/describe.hpp>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

namespace ps = penstock;

namespace {

struct piece {
  int from;
  int to;
};

struct job {
  int from;
  int to;
};

struct answer {
  int primes = 0;
  std::size_t pieces = 0;
  std::vector<std::string> problems;
};
BOOST_DESCRIBE_STRUCT(answer, (), (primes, pieces, problems))  // so that it weighs what it owns

ps::generator<piece> cut(job whole) {
  for (int from = whole.from; from < whole.to; from += 100)
    co_yield piece{from, std::min(from + 100, whole.to)};
}

bool is_prime(int n) {
  for (int d = 2; d * d <= n; ++d)
    if (n % d == 0) return false;
  return n > 1;
}

int count_primes(const piece& p) {
  if (p.from < 0) throw std::domain_error{"no primes below zero, at " + std::to_string(p.from)};
  int primes = 0;
  for (int n = p.from; n < p.to; ++n) primes += is_prime(n) ? 1 : 0;
  return primes;
}

answer together(std::vector<ps::outcome<int>> counts) {
  answer all;
  all.pieces = counts.size();
  for (const auto& count : counts) {
    if (count.has_value())
      all.primes += *count;
    else
      all.problems.push_back(count.failure().stage + ": " + count.failure().text);
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  ps::runtime rt{argc, argv};
  const std::vector<job> jobs{{0, 1000}, {1000, 1000}, {-200, 300}, {5000, 20000}};

  ps::graph g{"primes"};
  g.source("jobs", jobs)
      .scatter("cut", &cut)
      .stage("count", &count_primes, ps::workers(2), ps::per_core)
      .gather("together", &together)
      .sink("print", [](const answer& a) {
        std::cout << a.primes << " primes in " << a.pieces << " pieces";
        for (const auto& problem : a.problems) std::cout << "; " << problem;
        std::cout << '\n';
      });
  return rt.run(g);
}
