#include "data/spool.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include "data/whole_file.hpp"

namespace inference {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_with(const std::string& directory, const std::string& ending) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ending) names.push_back(entry.path().stem().string());
  }
  return names;
}

}  // namespace

spool::spool(std::string directory) : directory_(std::move(directory)) {
  fs::create_directories(directory_);
  for (const std::string& name : names_with(directory_, ".taken")) give_back(name);
}

std::size_t spool::waiting() const { return names_with(directory_, ".job").size(); }

void spool::fill(const std::vector<job>& jobs) {
  const std::string part = directory_ + ".part";
  fs::remove_all(part);
  fs::create_directories(part);
  for (const job& each : jobs) write_whole_file(part + "/" + each.name + ".job", each.images);
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
