#include <penstock/connectors/redis_url.hpp>

#include <penstock_test/catch.hpp>

#include <string>

#include <penstock/connectors/job_queue_error.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

std::string refusal(const std::string& text) {
  try {
    ps::redis_url::parse(text);
  } catch (const ps::job_queue_error& problem) {
    return problem.what();
  }
  return "taken";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a URL says host, port, database, user, password, timeout and queue") {
  const auto url = ps::redis_url::parse("redis://ann:p%40ss%2F@example.org:6380/3?timeout=200ms#mail");
  CHECK(url.host == "example.org");
  CHECK(url.port == 6380);
  CHECK(url.database == 3);
  CHECK(url.user == "ann");
  CHECK(url.password == "p@ss/");
  CHECK(url.timeout == 200ms);
  CHECK(url.queue == "mail");
  CHECK(url.shown() == "redis://example.org:6380/3");
}

TEST_CASE("of a URL only the host is needed") {
  const auto url = ps::redis_url::parse("redis://localhost");
  CHECK(url.port == 6379);
  CHECK(url.database == 0);
  CHECK(url.password.empty());
  CHECK(url.shown() == "redis://localhost:6379");
  CHECK(ps::redis_url::parse("redis://:secret@h").password == "secret");
  CHECK(ps::redis_url::parse("redis://h/").database == 0);
}

TEST_CASE("an IPv6 address stands in brackets") {
  CHECK(ps::redis_url::parse("redis://[::1]").host == "::1");
  const auto url = ps::redis_url::parse("redis://[::1]:7000");
  CHECK(url.port == 7000);
  CHECK(url.shown() == "redis://[::1]:7000");
}

TEST_CASE("a Unix socket is named by its path") {
  const auto url = ps::redis_url::parse("unix://:secret@/run/redis%20here.sock?database=2&timeout=1s#mail");
  CHECK(url.socket == "/run/redis here.sock");
  CHECK(url.password == "secret");
  CHECK(url.database == 2);
  CHECK(url.timeout == 1s);
  CHECK(url.queue == "mail");
  CHECK(url.shown() == "unix:///run/redis here.sock?database=2");
}

TEST_CASE("a wrong URL is refused with what was expected") {
  CHECK(says(refusal("localhost:6379"), "expected redis://"));
  CHECK(says(refusal("rediss://localhost"), "no TLS"));
  CHECK(says(refusal("redis://"), "expected a host"));
  CHECK(says(refusal("redis://h:0"), "the port is \"0\""));
  CHECK(says(refusal("redis://h:65536"), "1 to 65535"));
  CHECK(says(refusal("redis://h/one"), "the database is \"one\""));
  CHECK(says(refusal("redis://[::1"), "expected ]"));
  CHECK(says(refusal("redis://h?timeout=5"), "expected a duration"));
  CHECK(says(refusal("redis://h?forgetful=maybe"), "expected yes or no"));
  CHECK(ps::redis_url::parse("redis://h?forgetful=yes").forgetful);
  CHECK_FALSE(ps::redis_url::parse("redis://h?forgetful=no").forgetful);
  CHECK(says(refusal("redis://h?colour=red"), "'colour' is no setting"));
  CHECK(says(refusal("redis://ann@h"), "user without a password"));
  CHECK(says(refusal("redis://h#%zz"), "hexadecimal"));
  CHECK(says(refusal("unix://redis.sock"), "absolute path"));
}

TEST_CASE("a URL that is refused does not show its password") {
  const auto text = refusal("redis://ann:secret@h:none");
  CHECK_FALSE(says(text, "secret"));
  CHECK(says(text, "redis://***@h:none"));
}
