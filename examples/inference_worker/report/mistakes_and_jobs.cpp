#include <algorithm>
#include <array>

#include "data/dataset.hpp"
#include "report/picture.hpp"
#include "report/sections.hpp"

namespace inference {

namespace {

constexpr std::size_t most_pictures = 32;

std::string tile(const mistake& wrong, const idx_images& images) {
  const std::size_t size = images.rows * images.columns;
  const std::span<const std::uint8_t> grey{images.pixels.data() + wrong.image * size, size};
  return "<figure><img alt=\"image " + std::to_string(wrong.image) + "\" width=\"84\" height=\"84\" src=\"" +
         png_address(grey, images.rows, images.columns) + "\"><figcaption><b>" +
         std::string{class_names[wrong.label]} + "</b> " +
         fixed(100.0 * static_cast<double>(wrong.confidence), 1) +
         " %<br><small>is: " + std::string{class_names[wrong.truth]} + " · #" + std::to_string(wrong.image) +
         "</small></figcaption></figure>\n";
}

/// Upper ends of the histogram's bars; sizes are skewed, so each bar is twice as wide as the one before.
constexpr std::array<std::size_t, 10> bar_ends = {1, 2, 4, 8, 16, 32, 64, 128, 256, 400};

}  // namespace

std::string mistakes_section(const evaluation& results, const idx_images& images) {
  std::string html =
      "<section>\n<h2>The most confident mistakes</h2>\n<p class=\"note\">What the network said, how sure "
      "it was, and what the label says. " +
      grouped(results.mistakes.size()) + " of " + grouped(results.images) +
      " images were taken for something else.</p>\n<div class=\"tiles\">\n";
  const std::size_t shown = std::min(most_pictures, results.mistakes.size());
  for (std::size_t i = 0; i < shown; ++i) html += tile(results.mistakes[i], images);
  return html + "</div>\n</section>\n";
}

std::string job_sizes_section(const evaluation& results) {
  std::array<std::size_t, bar_ends.size()> jobs{};
  std::array<std::size_t, bar_ends.size()> pieces{};
  for (const std::size_t size : results.job_sizes) {
    const auto end =
        std::find_if(bar_ends.begin(), bar_ends.end() - 1, [&](std::size_t last) { return size <= last; });
    const auto bar = static_cast<std::size_t>(end - bar_ends.begin());
    ++jobs[bar];
    pieces[bar] += size;
  }
  const std::size_t most_jobs = std::max<std::size_t>(1, *std::max_element(jobs.begin(), jobs.end()));
  const std::size_t most_images = std::max<std::size_t>(1, *std::max_element(pieces.begin(), pieces.end()));
  std::string html =
      "<section>\n<h2>Job sizes</h2>\n<p class=\"note\">Most jobs are small, most images are in large "
      "ones.</p>\n<p class=\"legend\"><i class=\"busy\"></i>jobs <i class=\"blocked\"></i>images in "
      "them</p>\n<div class=\"histogram\">\n";
  for (std::size_t bar = 0; bar < bar_ends.size(); ++bar) {
    const std::size_t first = bar == 0 ? 1 : bar_ends[bar - 1] + 1;
    std::string label = std::to_string(first);
    if (first != bar_ends[bar]) label += "–" + std::to_string(bar_ends[bar]);
    const auto height = [](std::size_t count, std::size_t most) {
      return fixed(100.0 * static_cast<double>(count) / static_cast<double>(most), 1);
    };
    html +=
        "<div class=\"bin\" title=\"" + grouped(jobs[bar]) + " jobs, " + grouped(pieces[bar]) +
        " images\"><div class=\"columns\"><i class=\"busy\" style=\"height:" + height(jobs[bar], most_jobs) +
        "%\"></i><i class=\"blocked\" style=\"height:" + height(pieces[bar], most_images) +
        "%\"></i></div><b>" + grouped(jobs[bar]) + "</b><small>" + label + "</small></div>\n";
  }
  return html + "</div>\n</section>\n";
}

}  // namespace inference
