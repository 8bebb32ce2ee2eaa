// The scenarios, each under the words in which it is listed.

#include <atomic>
#include <variant>

#include <penstock_test/catch.hpp>

#include "../runtime/engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

std::int64_t sum_of(const std::vector<int>& group) {
  std::int64_t sum = 0;
  for (const int n : group) sum += n;
  return sum;
}

/// 10 downloaders, a function that throws on 17, chunks, 40 uploaders: returns what was uploaded.
std::vector<int> download_and_upload(ps::graph& g, ps::stream<int> addresses) {
  collected<int> uploaded;
  addresses
      .stage(
          "download", [](int n) { return n; }, ps::workers(10), ps::blocking)
      .stage(
          "convert",
          [](const int& n) {
            if (n == 17) throw broken_item{"seventeen"};
            return n;
          },
          ps::on_error(ps::retry(1, 0ms), ps::skip()))
      .chunk(10)
      .flatten()
      .sink(
          "upload", [&](int n) { uploaded.push(n); }, ps::workers(40), ps::blocking);
  run_to_end(g);
  return uploaded.sorted();
}

std::vector<int> all_but_17() {
  auto expected = numbers(1000);
  expected.erase(expected.begin() + 17);
  return expected;
}

struct title {
  std::string text;
};
struct paragraph {
  std::string text;
};
struct picture {
  int size;
};
struct page_break {};
struct end_of_book {};
using part = std::variant<title, paragraph, picture, page_break, end_of_book>;

/// Which handler a part of a book reaches.
struct handlers {
  std::string operator()(const title& t) const { return "title " + t.text; }
  std::string operator()(const paragraph& p) const { return "paragraph " + p.text; }
  std::string operator()(const picture& p) const { return "picture " + std::to_string(p.size); }
  std::string operator()(const page_break&) const { return "page break"; }
  std::string operator()(const end_of_book&) const { return "end of book"; }
};

std::int64_t add_five_group_and_sum(unsigned adders, unsigned summers, unsigned in_flight) {
  ps::graph g{"sum"};
  std::atomic<std::int64_t> total{0};
  g.source("numbers", numbers(30000))
      .stage(
          "add 5", [](int n) { return n + 5; }, ps::workers(adders), ps::blocking, ps::capacity(in_flight))
      .chunk("group", 10, ps::capacity(in_flight))
      .stage("sum", &sum_of, ps::workers(summers), ps::blocking, ps::capacity(in_flight))
      .sink("save", [&](std::int64_t n) { total += n; });
  run_to_end(g);
  return total;
}

}  // namespace

TEST_CASE(
    "1,000 numbers -> 10 downloaders -> a function that throws on 17, one retry, then dropped -> chunks of "
    "10 -> "
    "flatten -> 40 uploaders: 999 arrive",
    "[parity]") {
  ps::graph g{"lazily"};
  const auto lazily = [i = 0]() mutable { return i < 1000 ? std::optional{i++} : std::nullopt; };
  CHECK(download_and_upload(g, g.source("numbers", lazily)) == all_but_17());
}

TEST_CASE("the same when everything is put before the start", "[parity]") {
  ps::graph g{"before the start"};
  CHECK(download_and_upload(g, g.source("numbers", numbers(1000))) == all_but_17());
}

TEST_CASE(
    "a many-to-many stage throws past item 1,000 of a lazy source of 1,000,000: that exception, quickly, "
    "nothing "
    "hangs",
    "[parity]") {
  ps::graph g{"past 1000"};
  headcount made;
  const auto million = [&]() -> ps::generator<int> {
    for (int i = 0; i < 1000000; ++i) {
      made.arrive();
      co_yield i;
    }
  };
  g.source("numbers", million)
      .stage(
          "many to many",
          [](int n) {
            if (n > 1000) throw broken_item{"past 1000"};
            return std::vector{n, n};
          },
          ps::capacity(64))
      .sink("end", [](int) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "past 1000");
  CHECK(made.count() <= 1001 + 64 + 1);
}

TEST_CASE("an infinite source whose consumer throws past 500: the run ends with that exception", "[parity]") {
  ps::graph g{"past 500"};
  g.source("numbers", endless()).sink("end", [](int n) {
    if (n > 500) throw broken_item{"past 500"};
  });
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "past 500");
}

TEST_CASE("five different kinds of item and marker through three workers: each reaches its own handler",
          "[parity]") {
  std::vector<part> book{title{"a"}, paragraph{"b"}, page_break{}, picture{7}, end_of_book{}};
  ps::graph g{"book"};
  collected<std::string> seen;
  g.source("book", book)
      .stage(
          "handle", [](const part& p) { return std::visit(handlers{}, p); }, ps::workers(3), ps::blocking)
      .sink("collect", [&](const std::string& s) { seen.push(s); });
  run_to_end(g);
  CHECK(seen.sorted() ==
        std::vector<std::string>{"end of book", "page break", "paragraph b", "picture 7", "title a"});
}

TEST_CASE("chunks of 5 of 0..9 are [0..4], [5..9]", "[parity]") {
  ps::graph g{"chunks"};
  collected<std::vector<int>> seen;
  g.source("numbers", numbers(10)).chunk(5).sink("collect", [&](const std::vector<int>& chunk) {
    seen.push(chunk);
  });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::vector<int>>{{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}});
}

TEST_CASE("with a delay single items come as [1], [2]", "[parity]") {
  ps::graph g{"single"};
  collected<std::vector<int>> seen;
  headcount came;
  // The second comes when the first has arrived: no earlier, as the chunk has room for more.
  const auto one_by_one = [&came, n = 0]() mutable -> std::optional<int> {
    if (n == 2) return std::nullopt;
    require_arrivals(came, static_cast<std::size_t>(n));
    return ++n;
  };
  g.source("numbers", one_by_one, ps::blocking)
      .chunk(5, 50ms)
      .sink("collect", [&](const std::vector<int>& chunk) {
        seen.push(chunk);
        came.arrive();
      });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::vector<int>>{{1}, {2}});
}

TEST_CASE("items that keep coming before a chunk's delay is over are delivered on time, not at the end",
          "[parity]") {
  ps::graph g{"trickle"};
  collected<std::vector<int>> seen;
  int given = 0;
  const auto trickle = [&given, pause = false](ps::source_context& context) mutable -> std::optional<int> {
    pause = !pause;
    if (pause) return context.not_yet(3ms);
    if (given == 1000) return std::nullopt;
    return given++;
  };
  g.source("numbers", trickle)
      .chunk(1000, 5ms)
      .sink("collect", [&](ps::worker_context& context, const std::vector<int>& chunk) {
        seen.push(chunk);
        if (seen.size() == 3) context.stop();
      });
  run_to_end(g);
  CHECK(seen.size() == 3);
  CHECK(given < 1000);
}

TEST_CASE("0..100 -> groups of 5 -> sum", "[parity]") {
  ps::graph g{"groups"};
  std::int64_t total = 0;
  headcount groups;
  g.source("numbers", numbers(101)).chunk("group", 5).map(&sum_of).sink("add", [&](std::int64_t n) {
    total += n;
    groups.arrive();
  });
  run_to_end(g);
  CHECK(total == 5050);
  CHECK(groups.count() == 21);
}

TEST_CASE("a source that fills 1,000 slots and ends while two slow consumers work: total 5050 for 0..100",
          "[parity]") {
  ps::graph g{"slots"};
  std::atomic<int> total{0};
  headcount source_ended;
  struct ending_source {
    headcount* ended;
    int next = 0;
    std::optional<int> operator()() {
      if (next <= 100) return next++;
      ended->arrive();
      return std::nullopt;
    }
  };
  g.source("numbers", ending_source{&source_ended})
      .sink(
          "slow",
          [&](int n) {
            require_arrivals(source_ended, 1);  // slow: nothing is done before the source has ended
            total += n;
          },
          ps::workers(2), ps::blocking, ps::capacity(1000));
  run_to_end(g);
  CHECK(total == 5050);
}

TEST_CASE(
    "capacity 1 everywhere, alternating +1 and -1 on one variable: it is never anything but 0 or 1, and "
    "order holds",
    "[parity]") {
  ps::graph g{"alternating"};
  std::atomic<int> variable{0};
  collected<int> order;
  collected<int> wrong;
  const auto change = [&](int by) {
    return [&, by](int n) {
      const int now = variable += by;
      if (now != (by > 0 ? 1 : 0)) wrong.push(n);
      return n;
    };
  };
  g.source("numbers", numbers(101), ps::in_flight(1))
      .stage("add", change(+1), ps::capacity(1))
      .stage("take", change(-1), ps::capacity(1), ps::blocking)
      .stage("add again", change(+1), ps::capacity(1), ps::per_core)
      .stage("take again", change(-1), ps::capacity(1))
      .sink(
          "collect", [&](int n) { order.push(n); }, ps::capacity(1));
  run_to_end(g);
  CHECK(wrong.size() == 0);
  CHECK(order.values() == numbers(101));
}

TEST_CASE("30,000 items, 15 workers adding 5, groups of 10, 16 workers summing: 450135000", "[parity]") {
  CHECK(add_five_group_and_sum(15, 16, 20) == 450135000);
}

TEST_CASE("30,000 items again with 4 workers and 10 in flight: 450135000", "[parity]") {
  CHECK(add_five_group_and_sum(4, 4, 10) == 450135000);
}

TEST_CASE("30,000 items again with 4 workers and 40 in flight: 450135000", "[parity]") {
  CHECK(add_five_group_and_sum(4, 4, 40) == 450135000);
}

TEST_CASE("30,000 items again with 4 workers and 100 in flight: 450135000", "[parity]") {
  CHECK(add_five_group_and_sum(4, 4, 100) == 450135000);
}
