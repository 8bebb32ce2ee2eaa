#include <penstock/runtime/progress.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>

#include <penstock/runtime/text_table.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

ps::run_snapshot run_of(std::size_t stages) {
  ps::run_snapshot run;
  run.graph = "worker";
  run.state = "running";
  run.elapsed = 12'300ms;
  for (std::size_t i = 0; i < stages; ++i) {
    ps::stage_snapshot stage;
    stage.name = "stage_" + std::to_string(i);
    stage.kind = "stage";
    stage.state = "running";
    stage.in = 12'345;
    stage.out = 12'300;
    stage.in_rate = 1003.7;
    stage.busy = 0.5;
    stage.blocked = 0.2;
    stage.idle = 0.3;
    stage.queued = 40;
    stage.in_work = 5;
    stage.capacity = 4096;
    run.stages.push_back(stage);
  }
  return run;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

struct closing {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// A file that is no terminal, and what was written to it.
class scratch_file {
 public:
  std::FILE* get() const { return file_.get(); }

  std::string text() const {
    std::rewind(file_.get());
    std::string result;
    for (int c = std::fgetc(file_.get()); c != EOF; c = std::fgetc(file_.get()))
      result += static_cast<char>(c);
    return result;
  }

 private:
  std::unique_ptr<std::FILE, closing> file_{std::tmpfile()};
};

}  // namespace

TEST_CASE("progress is a headline and a line per stage") {
  CHECK(ps::progress_text(run_of(1), {100, 24}) ==
        "worker: running, 12.3s\n"
        "stage    busy                 in     out  items/s    holds\n"
        "stage_0  █████▒▒···  50%  12,345  12,300       1k  45/4096\n");
}

TEST_CASE("a stage's trouble and what it waits for stand at the end of its line") {
  auto run = run_of(1);
  run.stages[0].failures = 2;
  run.stages[0].waits_for = "credit of upload";
  CHECK_THAT(ps::progress_text(run, {120, 24}), Contains("45/4096  2 failed, waits for credit of upload\n"));
  run.stages[0] = run_of(1).stages[0];
  run.stages[0].state = "ended";
  CHECK_THAT(ps::progress_text(run, {120, 24}), Contains("45/4096  ended\n"));
}

TEST_CASE("progress never fills more than the terminal has room for, whatever its size") {
  for (std::size_t stages = 0; stages < 40; stages += 3) {
    auto run = run_of(stages);
    if (stages > 0) run.stages[0].name = std::string(500, 'x');
    for (std::size_t rows = 5; rows < 50; rows += 4) {
      for (const std::size_t columns : {2U, 20U, 80U, 300U}) {
        CAPTURE(stages, rows, columns);
        const auto text = ps::progress_text(run, {columns, rows});
        CHECK(lines_of(text) < rows);
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);) CHECK(ps::text_width(line) < columns);
      }
    }
  }
}

TEST_CASE("stages that find no room are counted") {
  const auto text = ps::progress_text(run_of(30), {80, 10});
  CHECK_THAT(text, Contains("stage_5 ") && !Contains("stage_6 ") && Contains("and 24 more stages\n"));
}

TEST_CASE("nothing is written where no terminal is") {
  const scratch_file file;
  {
    ps::progress_display display{file.get()};
    CHECK_FALSE(display.active());
    display.show(run_of(3));
    display.clear();
  }
  CHECK(file.text().empty());
}

TEST_CASE("a drawing goes up to the first line of the last one and erases from there") {
  const scratch_file file;
  const ps::terminal_size size{80, 24};
  ps::progress_display display{file.get(), size};
  const auto first = run_of(3);
  const auto second = run_of(1);
  display.show(first);
  display.show(second);
  CHECK(file.text() ==
        "\033[J" + ps::progress_text(first, size) + "\033[5F\033[J" + ps::progress_text(second, size));
}

TEST_CASE("the lines are taken away once, by clear or by the end of the display") {
  const scratch_file file;
  const ps::terminal_size size{80, 24};
  const auto drawn = "\033[J" + ps::progress_text(run_of(1), size);
  {
    ps::progress_display display{file.get(), size};
    display.show(run_of(1));
    display.clear();
    display.clear();
    display.show(run_of(1));
  }
  CHECK(file.text() == drawn + "\033[3F\033[J" + drawn + "\033[3F\033[J");
}
