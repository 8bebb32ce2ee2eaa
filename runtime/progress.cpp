#include <penstock/runtime/progress.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/number_text.hpp>
#include <penstock/runtime/text_table.hpp>

namespace penstock {

namespace {

constexpr std::size_t bar_width = 10;
constexpr std::size_t most_of_name = 24;

/// "█████▒▒···": busy, blocked, idle.
std::string bar(const stage_snapshot& stage) {
  const auto cells = [](double part) {
    return static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(bar_width) + 0.5);
  };
  const auto busy = std::min(cells(stage.busy), bar_width);
  const auto blocked = std::min(cells(stage.blocked), bar_width - busy);
  std::string text;
  for (std::size_t i = 0; i < bar_width; ++i) text += i < busy ? "█" : i < busy + blocked ? "▒" : "·";
  return text;
}

std::string percent(double part) { return std::to_string(static_cast<int>(part * 100 + 0.5)) + "%"; }

std::string stock(const stage_snapshot& stage) {
  const auto held = std::to_string(stage.queued + stage.in_work + stage.held);
  return stage.capacity == 0 ? held : held + "/" + std::to_string(stage.capacity);
}

std::string remark(const stage_snapshot& stage) {
  std::string text = stage.state == "running" ? "" : stage.state;
  const auto append = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (stage.failures > 0) append(grouped_count(stage.failures) + " failed");
  if (stage.retries > 0) append(grouped_count(stage.retries) + " retried");
  if (!stage.waits_for.empty()) append("waits for " + stage.waits_for);
  return text;
}

text_table rows_of(const run_snapshot& run, std::size_t stages) {
  text_table table{{{"stage"},
                    {"busy"},
                    {"", true},
                    {"in", true},
                    {"out", true},
                    {"items/s", true},
                    {"holds", true},
                    {""}}};
  for (std::size_t i = 0; i < stages; ++i) {
    const stage_snapshot& stage = run.stages[i];
    const auto rate = stage.kind == "source" ? stage.out_rate : stage.in_rate;
    table.add({cut_to_width(stage.name, most_of_name), bar(stage), percent(stage.busy),
               grouped_count(stage.in), grouped_count(stage.out), short_count(rate), stock(stage),
               remark(stage)});
  }
  return table;
}

/// Every line of the text cut to the terminal's width. The last column stays free: some terminals wrap once
/// it is written.
std::string fitted(const std::string& text, std::size_t columns) {
  std::string result;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = text.find('\n', start);
    result += cut_to_width(std::string_view{text}.substr(start, end - start), columns - 1) + "\n";
    start = end + 1;
  }
  return result;
}

terminal_size size_of(std::FILE* out, terminal_size otherwise) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return otherwise;
  return {size.ws_col, size.ws_row};
}

}  // namespace

std::string progress_text(const run_snapshot& run, terminal_size size) {
  const std::size_t columns = std::max<std::size_t>(size.columns, 2);
  // Headline, table heading, the cursor's row, and one to say what was left out.
  const std::size_t room = std::max<std::size_t>(size.rows, 5) - 4;
  const bool all = run.stages.size() <= room + 1;
  const auto shown = all ? run.stages.size() : room;

  std::string text =
      run.graph + ": " + run.state + ", " + short_duration(static_cast<double>(run.elapsed.count())) + "\n";
  text += rows_of(run, shown).text();
  if (!all) text += "and " + std::to_string(run.stages.size() - shown) + " more stages\n";
  return fitted(text, columns);
}

progress_display::progress_display(std::FILE* out)
    : out_{out}, active_{isatty(fileno(out)) != 0}, ask_size_{true} {}

progress_display::progress_display(std::FILE* out, terminal_size size)
    : out_{out}, size_{size}, active_{true}, ask_size_{false} {}

progress_display::~progress_display() { clear(); }

void progress_display::show(const run_snapshot& run) {
  if (!active_) return;
  if (ask_size_) size_ = size_of(out_, size_);
  const auto text = progress_text(run, size_);
  std::string drawing;
  if (lines_ > 0)
    drawing = "\033[" + std::to_string(lines_) + "F";  // to the start of the first line drawn before
  drawing += "\033[J" + text;                          // erases from there down
  lines_ = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  write(drawing);
}

void progress_display::clear() {
  if (lines_ == 0) return;
  write("\033[" + std::to_string(lines_) + "F\033[J");
  lines_ = 0;
}

void progress_display::write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

}  // namespace penstock
