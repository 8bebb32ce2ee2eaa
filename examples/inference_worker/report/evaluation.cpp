#include "report/evaluation.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace inference {

evaluation evaluate(const std::vector<job_result>& results, const std::vector<std::uint8_t>& truth) {
  evaluation found;
  for (const job_result& result : results) {
    found.job_sizes.push_back(result.predictions.size() + result.failures.size());
    found.failed += result.failures.size();
    for (const prediction& one : result.predictions) {
      if (one.image >= truth.size()) {
        throw std::runtime_error("the result of " + result.job + " speaks of image " +
                                 std::to_string(one.image) + ", there are " + std::to_string(truth.size()));
      }
      const std::uint32_t expected = truth[one.image];
      ++found.images;
      ++found.confusion[expected][one.label];
      if (one.label == expected) {
        ++found.right;
      } else {
        found.mistakes.push_back({one.image, expected, one.label, one.confidence});
      }
    }
  }
  std::sort(found.mistakes.begin(), found.mistakes.end(), [](const mistake& left, const mistake& right) {
    return left.confidence > right.confidence ||
           (left.confidence >= right.confidence && left.image < right.image);
  });
  return found;
}

}  // namespace inference
