#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <string>

#include "shared_queues.hpp"

using namespace penstock_test;

TEST_CASE("after a start of the machine all leases have ended and all delays are over") {
  shared_file queue;
  auto a = queue.open("a");
  a->put(text_item("leased"));
  a->take(queue.rules);
  a->put(text_item("delayed"), 1h);
  queue.clock->start = "second";
  queue.clock->now = 5;
  auto b = queue.open("b");
  CHECK(taken(*b, queue.rules) == "\"leased\"");
  CHECK(taken(*b, queue.rules) == "\"delayed\"");
}

TEST_CASE("the end of the machine is no death of a job") {
  shared_file queue;
  queue.rules.max_deliveries = 1;
  queue.open("first")->put(text_item("innocent"));
  for (int start = 0; start < 5; ++start) {
    queue.clock->start = "start " + std::to_string(start);
    const auto store = queue.open("owner " + std::to_string(start));
    CHECK(taken(*store, queue.rules) == "\"innocent\"");
    CHECK(store->list().front().deaths == 0);
  }
}
