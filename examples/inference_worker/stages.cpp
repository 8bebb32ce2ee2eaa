#include "stages.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "data/results.hpp"
#include "model/image.hpp"

namespace inference {

namespace {

/// The numbers in a job's list.
std::vector<std::uint32_t> parse_list(const job& wanted, std::size_t count) {
  std::vector<std::uint32_t> numbers;
  std::istringstream list{wanted.images};
  for (std::string word; list >> word;) {
    const bool number = word.size() <= 9 &&
                        std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!number || std::stoul(word) >= count) {
      throw std::runtime_error(wanted.name + ": '" + word + "' is none of the images 0 to " +
                               std::to_string(count - 1));
    }
    numbers.push_back(static_cast<std::uint32_t>(std::stoul(word)));
  }
  if (numbers.empty()) throw std::runtime_error(wanted.name + ": the job lists no image");
  return numbers;
}

}  // namespace

fetched_job fetch::operator()(const job& wanted) const {
  fetched_job fetched{wanted.name, {}};
  const std::vector<std::uint32_t> numbers = parse_list(wanted, count_);
  fetched.images.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    raw_image& raw = fetched.images[i];
    raw.job = wanted.name;
    raw.image = numbers[i];
    try {
      store_.read(raw.image, raw.bytes);
    } catch (const storage_busy&) {
      throw;
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(wanted.name + ": " + error.what());
    }
  }
  return fetched;
}

std::vector<raw_image> split(fetched_job whole) { return std::move(whole.images); }

ready_image preprocess(const raw_image& raw) { return {raw.job, raw.image, to_pixels(raw.bytes)}; }

scored_image infer::operator()(const ready_image& ready) {
  scored_image scored{ready.job, ready.image, {}};
  classifier_.host({&ready.values, 1}, {&scored.values, 1});
  return scored;
}

prediction postprocess(const scored_image& scored) {
  const scores shares = softmax(scored.values);
  const auto best = std::max_element(shares.values.begin(), shares.values.end());
  return {scored.job, scored.image, static_cast<std::uint32_t>(best - shares.values.begin()), *best};
}

job_result assemble(std::vector<penstock::outcome<prediction>> pieces) {
  job_result result;
  for (const penstock::outcome<prediction>& piece : pieces) {
    if (piece.has_value()) {
      result.job = piece->job;
      result.predictions.push_back(*piece);
    } else {
      result.failures.push_back(piece.failure().stage + ": " + piece.failure().text);
    }
  }
  if (result.predictions.empty()) {
    throw std::runtime_error("every image of a job failed, the first in " +
                             (result.failures.empty() ? std::string{"no stage"} : result.failures.front()));
  }
  std::sort(result.predictions.begin(), result.predictions.end(),
            [](const prediction& left, const prediction& right) { return left.image < right.image; });
  return result;
}

void upload::operator()(const job_result& result) const { write_result(directory_, result); }

}  // namespace inference
