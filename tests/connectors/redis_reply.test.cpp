#include <penstock/connectors/redis_reply.hpp>

#include <penstock_test/catch.hpp>

#include <chrono>
#include <string>

namespace ps = penstock;

TEST_CASE("a reply is what Redis says, in all its kinds") {
  const std::string whole{"*6\r\n$3\r\na\0b\r\n:-42\r\n+OK\r\n-ERR no\r\n$-1\r\n*1\r\n:7\r\n", 46};
  const auto all = ps::parse_redis_reply(whole);
  REQUIRE(all);
  REQUIRE(all->items.size() == 6);
  CHECK(all->items[0].text == std::string{"a\0b", 3});
  CHECK(all->items[1].number == -42);
  CHECK(all->items[2].text == "OK");
  CHECK(all->items[3].is_error("ERR"));
  CHECK(all->items[4].is == ps::redis_reply::kind::nothing);
  CHECK(all->items[5].items.at(0).number == 7);
}

TEST_CASE("a reply may come byte by byte, and the next one behind it") {
  const std::string two = "*2\r\n$5\r\nhello\r\n*1\r\n:1\r\n:2\r\n";
  ps::redis_reply_reader reader;
  int found = 0;
  for (const char each : two) {
    reader.feed({&each, 1});
    while (auto reply = reader.next()) ++found;
  }
  CHECK(found == 2);
}

TEST_CASE("sizes that are not followed by bytes cost nothing") {
  const auto begun = std::chrono::steady_clock::now();
  CHECK_THROWS_AS(ps::parse_redis_reply("*2147483647\r\n"), ps::redis_reply_reader::malformed);
  CHECK_FALSE(ps::parse_redis_reply("*2000000\r\n:1\r\n"));
  CHECK_FALSE(ps::parse_redis_reply("$2147483647\r\nabc"));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{20});
}

TEST_CASE("what is no reply is refused") {
  const auto text = GENERATE(std::string{"HTTP/1.1 400\r\n"}, std::string{"*99999999999999999999\r\n"},
                             std::string{"*-7\r\n"}, std::string{"$-5\r\n"}, std::string{":12x4\r\n"});
  INFO(text);
  CHECK_THROWS_AS(ps::parse_redis_reply(text), ps::redis_reply_reader::malformed);
}

TEST_CASE("lists in lists are read to a depth and refused beyond") {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "*1\r\n";
    return text + ":1\r\n";
  };
  CHECK(ps::parse_redis_reply(nested(5)));
  CHECK_THROWS_AS(ps::parse_redis_reply(nested(100'000)), ps::redis_reply_reader::malformed);
}

TEST_CASE("a reply of too many parts is refused when it has sent them, whatever lists they are in") {
  std::string text = "*1000\r\n";
  for (int i = 0; i < 3; ++i) {
    text += "*1000000\r\n";
    for (int part = 0; part < 1'000'000; ++part) text += "*0\r\n";
  }
  CHECK_THROWS_AS(ps::parse_redis_reply(text), ps::redis_reply_reader::malformed);
}
