#include "data/job_list.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <random>
#include <string>
#include <utility>

namespace inference {

namespace {

constexpr std::size_t largest_job = 400;

/// 1 to 400, every order of magnitude as likely as the next: half of the jobs have fewer than 20 images, half
/// of the images lie in jobs of more than 200.
std::size_t skewed_size(std::mt19937_64& random) {
  const double share = static_cast<double>(random() >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
  return std::min(largest_job,
                  static_cast<std::size_t>(std::pow(static_cast<double>(largest_job + 1), share)));
}

}  // namespace

std::vector<job> make_jobs(std::size_t images, std::uint64_t seed) {
  // The standard's distributions differ between libraries; its generator does not.
  std::mt19937_64 random{seed};
  std::vector<std::size_t> order(images);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = images; i > 1; --i) std::swap(order[i - 1], order[random() % i]);

  std::vector<job> jobs;
  for (std::size_t begin = 0; begin < images;) {
    const std::size_t end = std::min(images, begin + skewed_size(random));
    job next;
    char name[32];
    std::snprintf(name, sizeof name, "job-%05zu", jobs.size() + 1);
    next.name = name;
    for (; begin < end; ++begin)
      next.images += std::to_string(order[begin]) + (begin + 1 == end ? "\n" : " ");
    jobs.push_back(std::move(next));
  }
  return jobs;
}

}  // namespace inference
