#include "data/spool.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <numeric>
#include <random>
#include <utility>

#include "data/whole_file.hpp"

namespace inference {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_job = 400;

std::vector<std::string> names_with(const std::string& directory, const std::string& ending) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ending) names.push_back(entry.path().stem().string());
  }
  return names;
}

/// 1 to 400, every order of magnitude as likely as the next: half of the jobs have fewer than 20 images, half
/// of the images lie in jobs of more than 200.
std::size_t skewed_size(std::mt19937_64& random) {
  const double share = static_cast<double>(random() >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
  return std::min(largest_job,
                  static_cast<std::size_t>(std::pow(static_cast<double>(largest_job + 1), share)));
}

}  // namespace

spool::spool(std::string directory) : directory_(std::move(directory)) {
  fs::create_directories(directory_);
  for (const std::string& name : names_with(directory_, ".taken")) give_back(name);
}

std::size_t spool::waiting() const { return names_with(directory_, ".job").size(); }

void spool::fill(std::size_t images, std::uint64_t seed) {
  // The standard's distributions differ between libraries; its generator does not.
  std::mt19937_64 random{seed};
  std::vector<std::size_t> order(images);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = images; i > 1; --i) std::swap(order[i - 1], order[random() % i]);

  const std::string part = directory_ + ".part";
  fs::remove_all(part);
  fs::create_directories(part);
  std::size_t number = 1;
  for (std::size_t begin = 0; begin < images; ++number) {
    const std::size_t end = std::min(images, begin + skewed_size(random));
    std::string list;
    for (; begin < end; ++begin) list += std::to_string(order[begin]) + (begin + 1 == end ? "\n" : " ");
    char name[32];
    std::snprintf(name, sizeof name, "/job-%05zu.job", number);
    write_whole_file(part + name, list);
  }
  fs::rename(part, directory_);
}

void spool::look() {
  names_ = names_with(directory_, ".job");
  std::sort(names_.begin(), names_.end(), std::greater<>{});
}

std::optional<job> spool::take() {
  if (names_.empty()) look();
  if (names_.empty()) return std::nullopt;
  job next;
  next.name = std::move(names_.back());
  names_.pop_back();
  const std::string taken = directory_ + "/" + next.name + ".taken";
  fs::rename(directory_ + "/" + next.name + ".job", taken);
  next.images = read_whole_file(taken);
  return next;
}

void spool::done(const std::string& name) const { fs::remove(directory_ + "/" + name + ".taken"); }

void spool::give_back(const std::string& name) const {
  fs::rename(directory_ + "/" + name + ".taken", directory_ + "/" + name + ".job");
}

}  // namespace inference
