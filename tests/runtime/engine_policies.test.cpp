#include <unistd.h>

#include <filesystem>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;
using namespace ps::literals;

namespace {

struct other_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A body that throws on every attempt before attempt `good` at item `bad`.
auto fails_before(std::uint32_t good, int bad) {
  return [good, bad](ps::worker_context& context, const int& n) {
    if (n == bad && context.attempt() < good)
      throw broken_item{"attempt " + std::to_string(context.attempt())};
    return n;
  };
}

/// A dead letter file of this test's own, removed with it.
class letter_file {
 public:
  explicit letter_file(const std::string& name)
      : path_{std::filesystem::temp_directory_path() /
              ("penstock_" + name + "_" + std::to_string(getpid()) + ".sqlite")} {
    remove();
  }
  letter_file(const letter_file&) = delete;
  letter_file& operator=(const letter_file&) = delete;
  ~letter_file() { remove(); }

  ps::runtime_options options() const {
    ps::runtime_options all;
    all.dead_letters = path_.string();
    return all;
  }
  std::vector<ps::dead_letter_record> letters() const { return ps::dead_letter_store{path_}.list(); }

 private:
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
      std::filesystem::remove(path_.string() + suffix);
  }
  std::filesystem::path path_;
};

/// The item of a letter, from its archive.
int read_back(const ps::dead_letter_record& letter) { return ps::decode<int>(letter.archive); }

}  // namespace

TEST_CASE("skip leaves the failed items out, counts them, and the run ends well", "[engine][policies]") {
  ps::graph g{"skip"};
  collected<int> seen;
  g.source("numbers", numbers(100))
      .stage(
          "work",
          [](int n) {
            if (n % 10 == 3) throw broken_item{"three"};
            return n;
          },
          ps::on_error(ps::skip()))
      .sink("collect", [&](int n) { seen.push(n); });
  const auto work = stage_of(run_to_end(g), "work");
  CHECK(seen.size() == 90);
  CHECK(work.skipped == 10);
  CHECK(work.in == 100);
  CHECK(work.out == 90);
}

TEST_CASE("rules apply in the order given: retry first, then skip", "[engine][policies]") {
  ps::graph g{"sequence"};
  headcount attempts;
  collected<int> seen;
  g.source("numbers", numbers(3))
      .stage(
          "work",
          [&](const int& n) {
            if (n == 1) {
              attempts.arrive();
              throw broken_item{"one"};
            }
            return n;
          },
          ps::on_error(ps::retry(2, 0ms), ps::skip()))
      .sink("collect", [&](int n) { seen.push(n); });
  const auto work = stage_of(run_to_end(g), "work");
  CHECK(attempts.count() == 3);
  CHECK(seen.sorted() == std::vector{0, 2});
  CHECK(work.retries == 2);
  CHECK(work.skipped == 1);
}

TEST_CASE("a retry limited by when<E>() does not retry another exception", "[engine][policies]") {
  ps::graph g{"when"};
  headcount attempts;
  g.source("numbers", numbers(3))
      .stage(
          "work",
          [&](const int&) -> int {
            attempts.arrive();
            throw other_error{"not to be retried"};
          },
          ps::on_error(ps::retry(5, 0ms).when<broken_item>(), ps::fail()))
      .sink("end", [](int) {});
  CHECK_THROWS_AS(run_to_end(g), other_error);
  CHECK(attempts.count() == 1);
}

TEST_CASE("a retry limited by when<E>() retries what derives from E", "[engine][policies]") {
  ps::graph g{"when base"};
  collected<int> seen;
  g.source("numbers", numbers(3))
      .stage("work", fails_before(2, 1), ps::on_error(ps::retry(1, 0ms).when<std::runtime_error>()))
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == numbers(3));
}

TEST_CASE("dead_letter writes the item down, counts it, and the run ends well", "[engine][policies]") {
  const letter_file file{"dead_letter"};
  ps::graph g{"letters"};
  collected<int> seen;
  g.source("numbers", numbers(10))
      .stage(
          "work",
          [](const int& n) {
            if (n == 4) throw broken_item{"four"};
            return n;
          },
          ps::on_error(ps::dead_letter()))
      .sink("collect", [&](int n) { seen.push(n); });
  const auto work = stage_of(run_to_end(g, file.options()), "work");
  CHECK(seen.values() == std::vector{0, 1, 2, 3, 5, 6, 7, 8, 9});
  CHECK(work.dead_letters == 1);
  const auto letters = file.letters();
  REQUIRE(letters.size() == 1);
  const auto& letter = letters.front();
  CHECK(letter.graph == "letters");
  CHECK(letter.stage == "work");
  CHECK(letter.op.empty());
  CHECK(letter.item == 4);
  CHECK(letter.attempt == 1);
  CHECK(mentions(letter.exception_type, "broken_item"));
  CHECK(letter.exception_text == "four");
  CHECK(letter.json == "4");
  CHECK(mentions(letter.item_type, "int"));
  CHECK(read_back(letter) == 4);
}

TEST_CASE("an always failing item is tried again, then written down, and never silently lost",
          "[engine][policies]") {
  const letter_file file{"retry_then_letter"};
  ps::graph g{"retry, then letter"};
  headcount attempts;
  g.source("one", std::vector{1})
      .sink(
          "store",
          [&](const int&) {
            attempts.arrive();
            throw broken_item{"disk"};
          },
          ps::on_error(ps::retry(2, 0ms), ps::dead_letter()));
  const auto store = stage_of(run_to_end(g, file.options()), "store");
  CHECK(attempts.count() == 3);
  CHECK(store.retries == 2);
  CHECK(store.dead_letters == 1);
  const auto letters = file.letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters.front().stage == "store");
  CHECK(letters.front().attempt == 3);
  CHECK(letters.front().exception_text == "disk");
  CHECK(read_back(letters.front()) == 1);
}

TEST_CASE("a fused operator's dead letter holds what went into the operators, with the operator's name",
          "[engine][policies]") {
  const letter_file file{"letter_of_operator"};
  ps::graph g{"letters of operators"};
  g.source("numbers", numbers(6))
      .stage("tenfold", [](int n) { return 10 * n; })
      .map([](int n) { return n + 1; })
      .map(
          "check",
          [](int n) {
            if (n == 31) throw broken_item{"thirty-one"};
            return n;
          },
          ps::on_error(ps::dead_letter()))
      .sink("end", [](int) {});
  const auto work = stage_of(run_to_end(g, file.options()), "tenfold");
  CHECK(work.dead_letters == 1);
  const auto letters = file.letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters.front().stage == "tenfold");
  CHECK(letters.front().op == "check");
  CHECK(letters.front().exception_text == "thirty-one");
  CHECK(read_back(letters.front()) == 30);
}

TEST_CASE("every output that an operator writes down has a letter of its own, whatever worker made it",
          "[engine][policies]") {
  struct opaque {
    int number;
  };
  const letter_file file{"letters_of_outputs"};
  ps::graph g{"letters of outputs"};
  g.source("numbers", numbers(50))
      .map([](int n) { return opaque{n}; })
      .stage(
          "three of each",
          [](const opaque& in) {
            return std::vector{3 * in.number, 3 * in.number + 1, 3 * in.number + 2};
          },
          ps::workers(3))
      .map(
          "none is good", [](int) -> int { throw broken_item{"no"}; }, ps::on_error(ps::dead_letter()))
      .sink("end", [](int) {});
  const auto work = stage_of(run_to_end(g, file.options()), "three of each");
  CHECK(work.dead_letters == 150);
  std::vector<int> written;
  for (const auto& letter : file.letters()) written.push_back(read_back(letter));
  std::sort(written.begin(), written.end());
  CHECK(written == numbers(150));
}

TEST_CASE("more outputs than max_output are a failure of the item", "[engine][policies]") {
  ps::graph g{"max_output"};
  collected<int> seen;
  g.source("numbers", std::vector{1, 5, 2})
      .stage(
          "repeat", [](const int& n) { return std::vector<int>(static_cast<std::size_t>(n), n); },
          ps::max_output(3), ps::on_error(ps::skip()))
      .sink("collect", [&](int n) { seen.push(n); });
  const auto repeat = stage_of(run_to_end(g), "repeat");
  CHECK(seen.values() == std::vector{1, 2, 2});
  CHECK(repeat.skipped == 1);
}

TEST_CASE("a result heavier than max_item is a failure of its item", "[engine][policies]") {
  ps::graph g{"max_item"};
  collected<std::size_t> seen;
  g.source("sizes", std::vector<std::size_t>{10, 100000, 20})
      .stage(
          "work", [](const std::size_t& n) { return std::string(n, 'x'); }, ps::max_item(1_KiB),
          ps::on_error(ps::skip()))
      .sink("collect", [&](const std::string& s) { seen.push(s.size()); });
  const auto work = stage_of(run_to_end(g), "work");
  CHECK(seen.values() == std::vector<std::size_t>{10, 20});
  CHECK(work.skipped == 1);
}
