// Servers that refuse, are full, stand still or end.

#include <penstock/connectors/redis_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <optional>
#include <string>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <penstock/connectors/job_queue_error.hpp>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

/// Expects that it throws; what is said, marked where it passes.
template <class Call>
std::string problem_of(const Call& call) {
  try {
    call();
  } catch (const ps::job_queue_error& problem) {
    return (problem.is_passing() ? "passing: " : "lasting: ") + std::string{problem.what()};
  }
  return "none";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a wrong password lasts, and is not shown") {
  const redis_server server{{"--requirepass", "open-sesame"}};
  const auto with = [&](const std::string& login) {
    return problem_of([&] {
      ps::redis_job_store{ps::redis_url::parse("unix://" + login + server.socket()), "jobs"};
    });
  };
  CHECK(with(":open-sesame@") == "none");
  CHECK(with("default:open-sesame@") == "none");
  const auto wrong = with(":hunter2@");
  CHECK(says(wrong, "lasting: job queue 'unix:///"));
  CHECK(says(wrong, "user or password is wrong"));
  CHECK_FALSE(says(wrong, "hunter2"));
  CHECK(says(with(""), "the server wants a password"));
}

TEST_CASE("a server that is not there passes") {
  const scratch_folder folder;
  const auto url = ps::redis_url::parse("unix://" + (folder / "none.sock").string());
  const auto problem = problem_of([&] { ps::redis_job_store{url, "jobs"}; });
  CHECK(says(problem, "passing: "));
  CHECK(says(problem, "can't connect"));
  CHECK(says(problem, "none.sock#jobs"));
}

TEST_CASE("a database that is not there lasts") {
  const redis_server server;
  CHECK(says(problem_of([&] { ps::redis_job_store{server.url("?database=99"), "jobs"}; }), "lasting: "));
}

TEST_CASE("at the server's memory limit new jobs are refused, and verdicts are not") {
  shared_server queue;
  auto a = queue.open("a");
  for (int i = 0; i < 4; ++i) a->put(text_item("job"));
  const auto first = a->take(queue.rules).job->receipt;
  queue.server.ask({"CONFIG", "SET", "maxmemory", "1"});
  const auto problem = problem_of([&] { a->put(text_item("too many")); });
  CHECK(says(problem, "passing: "));
  CHECK(says(problem, "memory limit"));
  const auto second = a->take(queue.rules).job->receipt;
  const auto third = a->take(queue.rules).job->receipt;
  CHECK(a->extend(std::vector{first}, 10s).empty());
  CHECK(a->ack(first));
  CHECK(a->nack(second, "drained"));
  CHECK(a->bury(third, "unreadable"));
  // Also for who comes only now.
  CHECK(queue.open("b")->take(queue.rules).job);
}

TEST_CASE("a replica can't be a queue, until it is the primary") {
  const redis_server server;
  ps::redis_job_store store{server.url(), "jobs"};
  server.ask({"REPLICAOF", "127.0.0.1", "1"});
  const auto problem = problem_of([&] { store.put(text_item("job")); });
  CHECK(says(problem, "passing: "));
  CHECK(says(problem, "replica"));
  server.ask({"REPLICAOF", "NO", "ONE"});
  CHECK(store.put(text_item("job")) == 1);
}

TEST_CASE("a server that stands still is away after the timeout, and nothing is done twice") {
  redis_server server;
  ps::redis_job_store store{server.url("?timeout=50ms"), "jobs"};
  store.put(text_item("1"));
  store.put(text_item("2"));
  const auto job = store.take({}).job->receipt;
  server.stand_still();
  CHECK(says(problem_of([&] { store.ack(job); }), "passing: "));
  CHECK(says(problem_of([&] { store.take({}); }), "did not answer within 50 ms"));
  server.go_on();
  // The verdict may have arrived before; told again, it harms nothing.
  ps::redis_job_store patient{server.url(), "jobs"};
  CHECK(patient.count().leased <= 1);
  bool told = false;
  while (!told) {
    told = problem_of([&] { store.ack(job); }) == "none";
  }
  CHECK(patient.count().done == 1);
}

TEST_CASE("a job whose delivery was lost on the way is delivered when it is asked for again") {
  redis_server server;
  ps::redis_job_store store{server.url("?timeout=50ms"), "jobs"};
  store.put(text_item("job"));
  server.stand_still();
  // The server reads it when it goes on, and nobody hears the answer.
  CHECK(says(problem_of([&] { store.take({}); }), "did not answer"));
  server.go_on();
  ps::redis_job_store patient{server.url(), "jobs"};
  std::optional<ps::taken_job> job;
  while (problem_of([&] { job = store.take({}).job; }) != "none") {
  }
  REQUIRE(job);
  CHECK(job->deaths == 0);
  CHECK(patient.count().leased == 1);
  CHECK(store.ack(job->receipt));
  CHECK(store.take({}).empty);
}

TEST_CASE("a store goes on after the server was killed, and what it knew is there") {
  redis_server server;
  ps::redis_job_store store{server.url(), "jobs"};
  store.put(text_item("1"));
  store.put(text_item("2"));
  const auto first = store.take({}).job->receipt;
  server.kill_now();
  CHECK(says(problem_of([&] { store.take({}); }), "passing: "));
  server.start();
  CHECK(store.ack(first));
  CHECK(store.take({}).job->item.json == "\"2\"");
  CHECK(store.count().done == 1);
}

TEST_CASE("leases begin anew with the server, so that nobody has died of its absence") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  const auto job = a->take(queue.rules).job->receipt;
  queue.server.kill_now();
  queue.advance(1h);
  queue.server.start();
  auto b = queue.open_now("b");
  CHECK(b->take(queue.rules).again_in == 10s);
  CHECK(a->extend(std::vector{job}, 10s).empty());
  queue.advance(9s);
  CHECK(a->ack(job));
}

TEST_CASE("whoever waits is woken when the server is back") {
  redis_server server;
  ps::redis_job_store waiting{server.url(), "jobs"};
  bell rung;
  waiting.on_change([&] { rung.ring(); });
  CHECK(waiting.take({}).empty);
  server.kill_now();
  server.start();
  ps::redis_job_store{server.url(), "jobs"}.put(text_item("job"));
  REQUIRE(rung.await());
  CHECK(waiting.take({}).job);
}

TEST_CASE("what is no Redis server is named") {
  const scratch_folder folder;
  const auto socket = (folder / "other.sock").string();
  sockaddr_un place{AF_UNIX, {}};
  socket.copy(place.sun_path, sizeof place.sun_path - 1);
  const int door = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(door, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0);
  REQUIRE(::listen(door, 1) == 0);
  std::thread other{[door] {
    const int guest = ::accept(door, nullptr, nullptr);
    char heard = 0;
    CHECK(::read(guest, &heard, 1) == 1);
    CHECK(::write(guest, "HTTP/1.1 400\r\n", 14) == 14);
    ::close(guest);
  }};
  CHECK(says(problem_of([&] {
               ps::redis_job_store{ps::redis_url::parse("unix://" + socket), "jobs"};
             }),
             "no answer of a Redis server"));
  other.join();
  ::close(door);
}

TEST_CASE("an answer that claims to be endless ends the connection at once, and passes") {
  const scratch_folder folder;
  const auto socket = (folder / "hostile.sock").string();
  sockaddr_un place{AF_UNIX, {}};
  socket.copy(place.sun_path, sizeof place.sun_path - 1);
  const int door = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(door, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0);
  REQUIRE(::listen(door, 1) == 0);
  std::thread other{[door] {
    const int guest = ::accept(door, nullptr, nullptr);
    char heard = 0;
    CHECK(::read(guest, &heard, 1) == 1);
    CHECK(::write(guest, "*2147483647\r\n", 13) == 13);
    while (::read(guest, &heard, 1) == 1) {
    }
    ::close(guest);
  }};
  const auto begun = std::chrono::steady_clock::now();
  const auto problem = problem_of([&] {
    ps::redis_job_store{ps::redis_url::parse("unix://" + socket + "?timeout=1h"), "jobs"};
  });
  CHECK(says(problem, "no answer of a Redis server"));
  CHECK(std::chrono::steady_clock::now() - begun < 30s);
  other.join();
  ::close(door);
}
