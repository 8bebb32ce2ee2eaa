#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

/// Characters of a text in UTF-8 (not bytes), as a terminal counts them for the scripts of most languages.
std::size_t text_width(std::string_view text);

/// The first characters of a text; a longer one ends in "…".
std::string cut_to_width(std::string_view text, std::size_t width);

/// Rows of text under headings, printed in columns as wide as their widest cell, two blanks apart. Plain
/// data.
class text_table {
 public:
  struct column {
    std::string heading;
    bool numeric = false;  ///< numbers stand at the right
  };

  explicit text_table(std::vector<column> columns);

  /// One cell per column; missing ones are empty. Throws std::logic_error if there are too many.
  void add(std::vector<std::string> cells);

  /// The heading and all rows, a line each, without blanks at the ends of lines.
  std::string text() const;

 private:
  void write_row(std::string& out, const std::vector<std::string>& cells,
                 const std::vector<std::size_t>& widths) const;

  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace penstock
