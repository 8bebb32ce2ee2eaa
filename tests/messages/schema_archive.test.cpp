#include <penstock/messages/schema_archive.hpp>

#include <penstock_test/catch.hpp>

#include <string>
#include <vector>

#include <penstock/messages/codec.hpp>

#include "versioned_items.hpp"

namespace ps = penstock;
using namespace versioned_items;
using Catch::Matchers::Contains;

TEST_CASE("a type with a serialize function is read by it, wherever it stands") {
  with_opaque was{{"n", {1, 2}}, 5};
  const auto read = as<opaque_moved>(was);
  CHECK(read.behind == 5);
  CHECK(read.own == was.own);
  CHECK(as<opaque_elsewhere>(was).behind == 5);
  CHECK_THAT(refusal<opaque_gone>(was), Contains("'own' is a codec_items::by_member of version 2"));
}

TEST_CASE("an older version of such a type is read, a newer one is refused") {
  auto written = *ps::schema_of<codec_items::by_member>();
  // As version 1 wrote it: without the last number.
  auto bytes = ps::encode(codec_items::by_member{"n", {1}});
  bytes[1] = std::byte{1};
  bytes.resize(bytes.size() - sizeof(int));
  const auto place = written.description.find(R"("version":2)");
  written.description.replace(place, 11, R"("version":1)");
  written.hash = "another";
  CHECK(ps::decode<codec_items::by_member>(bytes, written) == codec_items::by_member{"n", {1}});
  written.description.replace(place, 11, R"("version":3)");
  CHECK_THROWS_WITH(ps::decode<codec_items::by_member>(bytes, written), Contains("up to version 2"));
}

TEST_CASE("what is left over, or too short, is refused in every form") {
  auto bytes = ps::encode(job_1{1, 2, "x"});
  const auto written = ps::schema_of<job_1>();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_THROWS_AS(ps::decode<job_grown>({bytes.data(), length}, *written), ps::codec_error);
  }
  bytes.push_back(std::byte{0});
  CHECK_THROWS_WITH(ps::decode<job_grown>(bytes, *written), Contains("1 bytes are left over"));
  CHECK_THROWS_WITH(ps::decode<job_grown>(bytes, ps::item_schema{"0123456789abcdef", ""}),
                    Contains("described nowhere"));
}

TEST_CASE("a description that goes in circles or asks for too much comes to an end") {
  const auto refused = [](const std::string& description, const std::vector<std::byte>& bytes) {
    CHECK_THROWS_AS(ps::decode<std::vector<node_2>>(bytes, ps::item_schema{"x", description}),
                    ps::codec_error);
    CHECK_THROWS_AS(ps::decode<int>(bytes, ps::item_schema{"x", description}), ps::codec_error);
  };
  const std::vector<std::byte> few(20, std::byte{1});
  refused(R"({"format":1,"is":0,"types":[[["next",0]]]})", few);
  refused(R"({"format":1,"is":{"list":0},"types":[[["a",0],["b",0]]]})", few);
  refused(R"({"format":1,"is":{"array":{"parts":[]},"count":18446744073709551615},"types":[]})", few);
  refused(R"({"format":1,"is":{"list":{"array":{"parts":[]},"count":18446744073709551615}},"types":[]})",
          few);
  // Each type holds the next one twice: 2 to the 100th values, none of which takes a byte.
  std::string doubling = R"({"format":1,"is":{"list":0},"types":[)";
  for (int i = 0; i < 100; ++i) {
    const auto next = std::to_string(i + 1);
    doubling += R"([["a",)" + next + R"(],["b",)" + next + "]],";
  }
  refused(doubling + "[]]}", few);
  std::string chain = R"({"format":1,"is":{"list":0},"types":[)";
  for (int i = 0; i < 5'000; ++i) chain += R"([["next",{"optional":)" + std::to_string(i + 1) + "}]],";
  refused(chain + "[]]}", std::vector<std::byte>(50'000, std::byte{1}));
}

TEST_CASE("an archive without a schema is taken on trust where its type has the same name") {
  const auto bytes = ps::encode(job_1{1, 2, "x"});
  ps::read_notes notes;
  CHECK(ps::restore<job_1>({bytes, ps::type_name<job_1>()}, &notes).ms == 2);
  CHECK(notes.without_schema);
  CHECK(ps::restore<job_1>({bytes, ""}).ms == 2);
  CHECK_THROWS_WITH(ps::restore<job_1>({bytes, "other"}),
                    Contains("it is a other, written without a schema"));
  CHECK(ps::restore<job_exchanged>({bytes, "other", ps::schema_of<job_1>().get()}).ms == 2);
}

TEST_CASE("an erased codec restores an item of another form") {
  const auto bytes = ps::encode(job_1{1, 2, "x"});
  const ps::item_codec& codec = ps::item_codec_of<job_exchanged>();
  const auto written = ps::schema_of<job_1>();
  ps::batch read = codec.restore({bytes, "job_1", written.get()}, nullptr);
  REQUIRE(read.size() == 1);
  CHECK(read.items<job_exchanged>()[0].ms == 2);
  CHECK(codec.schema()->hash == ps::schema_of<job_exchanged>()->hash);
}
