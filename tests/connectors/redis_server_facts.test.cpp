#include <penstock/connectors/redis_server_facts.hpp>

#include <penstock_test/catch.hpp>

#include <string>

namespace ps = penstock;

namespace {

ps::redis_server_facts facts_of(const std::string& file, const std::string& limit,
                                const std::string& policy) {
  return ps::redis_server_facts::parse(
      "# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\n# Memory\r\nmaxmemory:" + limit +
      "\r\nmaxmemory_policy:" + policy + "\r\naof_enabled:" + file + "\r\n");
}

}  // namespace

TEST_CASE("a server that keeps a file and evicts nothing forgets nothing") {
  const auto facts = facts_of("1", "0", "noeviction");
  CHECK(facts.is_recent());
  CHECK(facts.run == "abc");
  CHECK(facts.is_known());
  CHECK(facts.forgets().empty());
  CHECK(facts_of("1", "1000", "noeviction").forgets().empty());
  CHECK(facts_of("1", "0", "allkeys-lru").forgets().empty());  // it has no limit
}

TEST_CASE("a server that may forget says what to set") {
  CHECK(facts_of("0", "0", "noeviction").forgets().find("set appendonly yes") != std::string::npos);
  const auto evicts = facts_of("1", "1000", "allkeys-lru").forgets();
  CHECK(evicts.find("maxmemory-policy allkeys-lru") != std::string::npos);
  CHECK(evicts.find("set maxmemory-policy noeviction") != std::string::npos);
  CHECK(evicts.find("?forgetful=yes") != std::string::npos);
  CHECK(evicts.find("appendonly") == std::string::npos);
}

TEST_CASE("a server that does not say is not known") {
  const auto facts = ps::redis_server_facts::parse("redis_version:6.0.9\r\n");
  CHECK_FALSE(facts.is_known());
  CHECK(facts.forgets().empty());
  CHECK_FALSE(facts.is_recent());
}

TEST_CASE("a server that reads its data says nothing about its file") {
  const auto facts = ps::redis_server_facts::parse(
      "redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\nloading:1\r\naof_enabled:0\r\n");
  CHECK(facts.loading);
  CHECK_FALSE(facts.is_known());
  CHECK(facts.forgets().empty());
  CHECK_FALSE(facts_of("0", "0", "noeviction").loading);
}
