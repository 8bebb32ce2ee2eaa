#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

#include <penstock/runtime/typed_body.hpp>

namespace ps = penstock;
using penstock_test::batch_of;
using penstock_test::ints;
using penstock_test::values_of;

namespace {

struct surroundings {
  ps::run_state run;
  std::string stage = "stage";
  ps::worker_context context{run, stage, 0};
};

/// Calls a body once with limits on what it makes.
template <class F>
ps::body_work call(F f, ps::batch in, std::uint32_t max_output, std::uint64_t max_item, bool keep = false) {
  surroundings here;
  ps::body_work work;
  work.in = std::move(in);
  work.room = 1000;
  work.count_outputs = true;
  work.keep_items = keep;
  work.max_output = max_output;
  work.max_item = max_item;
  ps::detail::body_maker<int>(std::move(f))()->run(work, here.context);
  return work;
}

std::string text_of(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (const std::length_error& e) {
    return e.what();
  }
  return {};
}

ps::generator<int> count_up(int n) {
  for (int i = 0; i < n; ++i) co_yield int{i};
}

/// Notes which hooks were called, with what.
struct hooked {
  std::vector<std::string>* calls;
  void on_start(ps::worker_context& context) { calls->push_back("start " + context.stage_name()); }
  int operator()(int n) { return n; }
  std::vector<int> on_end() {
    calls->push_back("end");
    return {7, 8};
  }
  void on_stop() { calls->push_back("stop"); }
};

}  // namespace

TEST_CASE("an item with more outputs than declared fails and leaves none of them") {
  const auto work = call([](int n) { return std::vector<int>(static_cast<std::size_t>(n), n); },
                         batch_of<int>({2, 3, 4}), 3, 0);
  CHECK(text_of(work.error).find("max_output = 3") != std::string::npos);
  CHECK(values_of<int>(work.out) == std::vector<int>{2, 2, 3, 3, 3});
  CHECK(work.in.size() == 1);
}

TEST_CASE("an output heavier than declared fails its item") {
  const auto work = call([](int n) { return std::string(static_cast<std::size_t>(n), 'x'); },
                         batch_of<int>({10, 2000}), 0, 1000);
  CHECK(text_of(work.error).find("max_item = 1000") != std::string::npos);
  CHECK(work.out.size() == 1);
  CHECK(values_of<int>(work.in) == std::vector<int>{2000});
}

TEST_CASE("a generator may give exactly as many outputs as declared") {
  for (const bool keep : {false, true}) {
    CAPTURE(keep);
    CHECK(call(&count_up, ints(3, 1), 3, 0, keep).out.size() == 3);
    CHECK_FALSE(text_of(call(&count_up, ints(4, 1), 3, 0, keep).error).empty());
  }
}

TEST_CASE("a generator whose items may be tried again must end, declared or not") {
  CHECK(call(&count_up, ints(256, 1), 0, 0, true).out.size() == 256);
  CHECK(text_of(call(&count_up, ints(257, 1), 0, 0, true).error).find("max_output = 256") !=
        std::string::npos);
}

TEST_CASE("hooks are called where a body has them, and what on_end returns is emitted") {
  std::vector<std::string> calls;
  surroundings here;
  const auto body = ps::detail::body_maker<int>(hooked{&calls})();
  body->start(here.context);
  CHECK(values_of<int>(body->finish(here.context)) == std::vector<int>{7, 8});
  body->stop(here.context);
  CHECK(calls == std::vector<std::string>{"start stage", "end", "stop"});
}

TEST_CASE("every worker has a copy of the body or what its factory makes") {
  const auto copies = ps::detail::body_maker<int>([n = 0](int) mutable { return ++n; });
  surroundings here;
  for (int worker = 0; worker < 2; ++worker) {
    const auto body = copies();
    ps::body_work work;
    work.in = ints(0, 2);
    work.room = 10;
    body->run(work, here.context);
    CHECK(values_of<int>(work.out) == std::vector<int>{1, 2});
  }
  int made = 0;
  const auto factory = ps::detail::body_maker<int>(ps::each_worker([&made] {
    ++made;
    return [](int n) { return n; };
  }));
  CHECK(made == 0);
  const auto one = factory();
  const auto two = factory();
  CHECK(made == 2);
}
