#include <penstock/messages/json_view.hpp>

#include <penstock_test/catch.hpp>

#include <limits>
#include <nlohmann/json.hpp>

#include "codec_items.hpp"

namespace ps = penstock;
using namespace codec_items;
using nlohmann::json;

TEST_CASE("a described struct is shown as an object", "[messages][json]") {
  const json shown = json::parse(ps::to_json(example()));
  CHECK(shown["flag"] == true);
  CHECK(shown["letter"] == "z");
  CHECK(shown["big"] == 0x0123456789abcdefu);
  CHECK(shown["ratio"] == -2.5);
  CHECK(shown["tint"] == 1);
  CHECK(shown["raw"] == 7);
  CHECK(shown["text"] == "hello");
  CHECK(shown["block"] == json({1, 2, 65535}));
  CHECK(shown["flags"] == json({true, false, true}));
  CHECK(shown["points"][1] == json({{"x", -3}, {"y", 4}, {"name", "q"}}));
  CHECK(shown["table"] == json({{"a", {1, 2}}, {"b", json::array()}}));
  CHECK(shown["hashed"] == json::array({json::array({5, "five"})}));
  CHECK(shown["maybe"] == json({{"x", 9}, {"y", 8}}));
  CHECK(shown["either"] == "other");
  CHECK(shown["parts"] == json::array({4, "four"}));
  CHECK(shown["wait"] == 250);
  CHECK(shown["hidden"] == json({{"code_", 42}}));
}

TEST_CASE("what is absent is shown as null", "[messages][json]") {
  CHECK(ps::to_json(std::optional<int>{}) == "null");
  CHECK(ps::to_json(std::unique_ptr<int>{}) == "null");
  CHECK(ps::to_json(std::variant<std::monostate, int>{}) == "null");
}

TEST_CASE("a serialize function is shown as an array, or an object where all fields have names",
          "[messages][json]") {
  CHECK(ps::to_json(by_function{1.5, 2}) == "[1.5,2]");
  CHECK(ps::to_json(by_split{3}) == R"([3,"end"])");
  CHECK(ps::to_json(by_member{"n", {1, 2}}) == R"({"name":"n","sizes":[1,2],"added":5})");
}

TEST_CASE("any text and any number gives valid JSON", "[messages][json]") {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  CHECK(json::parse(ps::to_json(all)).is_string());
  const std::string good = "\"quoted\" \\ \n \u00e9 \u20ac \U0001F600";
  CHECK(json::parse(ps::to_json(good)) == good);
  CHECK(ps::to_json(std::string{"\xed\xa0\x80\xc0\xaf\xf4\x90"}).find("\xed\xa0") == std::string::npos);
  CHECK(ps::to_json(std::numeric_limits<double>::quiet_NaN()) == "\"nan\"");
  CHECK(ps::to_json(-std::numeric_limits<double>::infinity()) == "\"-inf\"");
  CHECK(ps::to_json(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("what is long is cut with a note and stays valid", "[messages][json]") {
  const auto text = ps::to_json(std::string(1'000'000, 'x'));
  CHECK(text.size() < ps::json_view_limit + 100);
  CHECK(json::parse(text).get<std::string>().find("bytes more left out") != std::string::npos);

  const auto numbers = ps::to_json(std::vector<int>(1'000'000, 7));
  CHECK(numbers.size() < ps::json_view_limit + 100);
  CHECK(json::parse(numbers).back().get<std::string>().find("more left out") != std::string::npos);

  const std::vector<named_point> points(100'000, named_point{{1, 2}, std::string(100, 'p')});
  CHECK(ps::to_json(points).size() < ps::json_view_limit + 500);
  CHECK(json::parse(ps::to_json(points)).is_array());

  std::map<std::string, int> table;
  for (int i = 0; i < 20'000; ++i) table[std::to_string(i)] = i;
  CHECK(json::parse(ps::to_json(table)).contains("..."));
}
