#include <penstock/runtime/byte_ring.hpp>

#include <penstock_test/catch.hpp>

#include <random>
#include <thread>
#include <vector>

#include <penstock/runtime/isolated_records.hpp>

namespace ps = penstock;

namespace {

struct ring {
  ps::ring_head head;
  std::vector<std::byte> memory = std::vector<std::byte>(256);
  ps::ring_writer writer{head, memory};
  ps::ring_reader reader{head, memory};
};

std::vector<std::byte> bytes(std::size_t count, unsigned first = 0) {
  std::vector<std::byte> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(static_cast<std::byte>(first + i));
  return made;
}

}  // namespace

TEST_CASE("a ring takes what there is room for, and no more") {
  ring r;
  CHECK(r.writer.write(bytes(200)) == 200);
  CHECK(r.writer.write(bytes(200)) == 56);
  CHECK(r.writer.write(bytes(1)) == 0);
  CHECK(r.writer.full());
}

TEST_CASE("the reader sees what was published, and what it releases can be written again") {
  ring r;
  r.writer.write(bytes(200));
  CHECK(r.reader.readable() == 0);
  r.writer.publish();
  REQUIRE(r.reader.readable() == 200);
  std::vector<std::byte> read(200);
  r.reader.read(read);
  CHECK(read == bytes(200));
  CHECK_FALSE(r.writer.over_half());
  CHECK(r.writer.write(bytes(256)) == 256);
}

TEST_CASE("a head that the other end has spoilt gives neither room nor bytes that are not there") {
  ring r;
  r.head.read.store(1'000'000);
  CHECK(r.writer.write(bytes(300)) <= 256);
  r.head.written.store(~std::uint64_t{0});
  CHECK(r.reader.readable() <= 256);
}

TEST_CASE("records of any size arrive as they were, whatever the rhythm of both ends") {
  ring r;
  constexpr int count = 3000;
  std::thread other{[&] {
    std::mt19937 random{3};
    std::vector<std::byte> out;
    for (int i = 0; i < count; ++i) {
      const auto body = bytes(random() % 700, static_cast<unsigned>(i));
      out.clear();
      ps::append_record(
          out, ps::request::item, static_cast<std::uint32_t>(i),
          [&](std::vector<std::byte>& into) { into.insert(into.end(), body.begin(), body.end()); });
      std::span<const std::byte> left{out};
      while (!left.empty()) {
        left =
            left.subspan(r.writer.write(left.first(std::min<std::size_t>(left.size(), random() % 100 + 1))));
        r.writer.publish();
      }
    }
  }};
  ps::record_reader reader;
  bool all_right = true;
  for (int i = 0; i < count; ++i) {
    while (!reader.next(r.reader)) r.reader.release();
    all_right = all_right && reader.head().count == static_cast<std::uint32_t>(i);
    all_right = all_right && std::equal(reader.payload().begin(), reader.payload().end(),
                                        bytes(reader.payload().size(), static_cast<unsigned>(i)).begin());
  }
  other.join();
  CHECK(all_right);
  CHECK(r.reader.readable() == 0);
}

TEST_CASE("a record is put together from any parts, and none of them stays in the ring") {
  ring r;
  std::vector<std::byte> record;
  ps::append_record(record, ps::answer::done, 7,
                    [](auto& into) { into.insert(into.end(), 5, std::byte{9}); });
  ps::record_reader reader;
  for (std::size_t i = 0; i < record.size(); ++i) {
    CHECK_FALSE(reader.next(r.reader));
    CHECK(r.reader.empty());
    r.writer.write(std::span{record}.subspan(i, 1));
    r.writer.publish();
  }
  REQUIRE(reader.next(r.reader));
  CHECK(reader.head().count == 7);
  CHECK(reader.payload().size() == 5);
}
