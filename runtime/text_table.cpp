#include <penstock/runtime/text_table.hpp>

#include <algorithm>
#include <stdexcept>

namespace penstock {

namespace {

constexpr std::size_t gap = 2;

/// UTF-8: every byte of a character but its first starts with the bits 10.
bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

}  // namespace

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (text_width(text) <= width) return std::string{text};
  if (width == 0) return {};
  std::size_t characters = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (starts_character(text[end]) && ++characters == width) break;
  }
  return std::string{text.substr(0, end)} + "…";
}

text_table::text_table(std::vector<column> columns) : columns_{std::move(columns)} {}

void text_table::add(std::vector<std::string> cells) {
  if (cells.size() > columns_.size()) throw std::logic_error("text_table: more cells than columns");
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string text_table::text() const {
  std::vector<std::string> headings;
  std::vector<std::size_t> widths;
  for (const column& each : columns_) {
    headings.push_back(each.heading);
    widths.push_back(text_width(each.heading));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], text_width(row[i]));
  }
  std::string out;
  write_row(out, headings, widths);
  for (const auto& row : rows_) write_row(out, row, widths);
  return out;
}

void text_table::write_row(std::string& out, const std::vector<std::string>& cells,
                           const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(gap, ' ');
    const std::string padding(widths[i] - text_width(cells[i]), ' ');
    line += columns_[i].numeric ? padding + cells[i] : cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace penstock
