#include "data/results.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "data/dataset.hpp"
#include "data/whole_file.hpp"

namespace inference {

namespace {

job_result parse(const std::string& path) {
  try {
    const nlohmann::json file = nlohmann::json::parse(read_whole_file(path));
    job_result result;
    result.job = file.at("job").get<std::string>();
    for (const nlohmann::json& entry : file.at("images")) {
      prediction read;
      read.job = result.job;
      read.image = entry.at("image").get<std::uint32_t>();
      read.label = entry.at("label").get<std::uint32_t>();
      read.confidence = entry.at("confidence").get<float>();
      if (read.label >= class_names.size()) throw std::runtime_error("a label outside 0 to 9");
      result.predictions.push_back(std::move(read));
    }
    result.failures = file.at("failures").get<std::vector<std::string>>();
    return result;
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(path + " is not a result file: " + error.what());
  }
}

}  // namespace

void write_result(const std::string& directory, const job_result& result) {
  nlohmann::ordered_json file;
  file["job"] = result.job;
  file["images"] = nlohmann::ordered_json::array();
  for (const prediction& one : result.predictions) {
    file["images"].push_back({{"image", one.image},
                              {"label", one.label},
                              {"class", class_names.at(one.label)},
                              {"confidence", one.confidence}});
  }
  file["failures"] = result.failures;
  write_whole_file(directory + "/" + result.job + ".json", file.dump(1) + "\n");
}

std::vector<job_result> read_results(const std::string& directory) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<job_result> results;
  results.reserve(paths.size());
  for (const std::string& path : paths) results.push_back(parse(path));
  return results;
}

}  // namespace inference
