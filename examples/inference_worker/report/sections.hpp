#pragma once

#include <string>
#include <string_view>

#include "report/page.hpp"

namespace inference {

/// Each gives one section of the page as HTML.
std::string headline_section(const report_facts& facts);
std::string stages_section(const penstock::run_snapshot& run);
std::string confusion_section(const evaluation& results);
std::string mistakes_section(const evaluation& results, const idx_images& images);
std::string job_sizes_section(const evaluation& results);

/// Text with what HTML would read as markup made harmless.
std::string escaped(std::string_view text);

/// A number as people write it: 12345 as 12,345.
std::string grouped(std::size_t number);

/// A number with `decimals` digits after the point.
std::string fixed(double number, int decimals);

/// Nanoseconds in the unit that suits them.
std::string readable_time(double nanoseconds);

}  // namespace inference
