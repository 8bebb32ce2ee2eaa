// Queue files that are damaged: all that can be read is worked on, or an error says what is wrong. Nobody
// waits for what never comes.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_rescue.hpp>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

constexpr int jobs = 200;

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

void damage(const std::filesystem::path& file, std::minstd_rand& random) {
  auto bytes = bytes_of(file);
  const auto place = std::uniform_int_distribution<std::size_t>{0, bytes.size() - 1};
  auto at = place;
  switch (std::uniform_int_distribution<>{0, 2}(random)) {
    case 0:
      for (int i = 0; i < 8; ++i) bytes[at(random)] ^= static_cast<char>(1U << (i % 8U));
      break;
    case 1: {
      const auto page = at(random) / 4096 * 4096;
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page),
                  std::min<std::size_t>(4096, bytes.size() - page), '\0');
      break;
    }
    default:
      bytes.resize(at(random));
  }
  std::ofstream{file, std::ios::binary} << bytes;
}

enum class end { all_done, refused, waits };

end work(const std::filesystem::path& file) {
  try {
    ps::sqlite_job_store store{file, false};
    const ps::take_order wanted{{}, 16, "00000000000000aa"};
    std::vector<ps::job_verdict> verdicts;
    for (int round = 0; round < 10 * jobs; ++round) {
      const auto got = store.exchange(verdicts, &wanted);
      verdicts.clear();
      for (const auto& each : got.jobs) verdicts.push_back({each.receipt, ps::job_fate::acked, {}});
      if (!got.jobs.empty()) continue;
      // Who has a time to look again does not wait for ever.
      return got.empty || got.again_in ? end::all_done : end::waits;
    }
    return end::waits;
  } catch (const ps::job_queue_error& problem) {
    CHECK(std::string{problem.what()}.find(file.string()) != std::string::npos);
    return end::refused;
  }
}

/// Jobs; none, and no file, where nothing can be read.
std::int64_t saved_of(const std::filesystem::path& ill, const std::filesystem::path& made) {
  try {
    return ps::rescue_queue_file(ill, made).saved;
  } catch (const ps::job_queue_error&) {
    CHECK_FALSE(std::filesystem::exists(made));
    return 0;
  }
}

}  // namespace

TEST_CASE("a damaged queue is worked on or refused, and nobody waits for ever") {
  const scratch_folder folder;
  {
    ps::sqlite_job_store store{folder / "whole.sqlite"};
    std::vector<ps::stored_item> items;
    for (int i = 0; i < jobs; ++i)
      items.push_back({std::vector<std::byte>(static_cast<std::size_t>(i) * 3), std::to_string(i), "int"});
    store.put_all(items);
    // So that its other tables and indexes hold something.
    store.exchange({}, nullptr);
  }
  std::minstd_rand random{7};
  int refused = 0;
  std::int64_t saved = 0;
  for (int i = 0; i < 400; ++i) {
    INFO("damage " << i);
    for (const auto* each : {"", "-wal", "-shm", "-owners"})
      std::filesystem::remove((folder / "ill.sqlite").string() + each);
    std::filesystem::copy_file(folder / "whole.sqlite", folder / "ill.sqlite");
    damage(folder / "ill.sqlite", random);
    if (i % 8 == 0) {
      const auto before = bytes_of(folder / "ill.sqlite");
      std::filesystem::remove(folder / "saved.sqlite");
      saved += saved_of(folder / "ill.sqlite", folder / "saved.sqlite");
      CHECK(bytes_of(folder / "ill.sqlite") == before);
    }
    const auto ended = work(folder / "ill.sqlite");
    CHECK(ended != end::waits);
    refused += ended == end::refused ? 1 : 0;
  }
  CHECK(refused > 100);
  // A page of damage costs the jobs on it; of the 50 files a third lost its end.
  CHECK(saved > 25 * jobs);
}

TEST_CASE("jobs that an index has lost are noticed when there is nothing else to take") {
  shared_file queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  ps::sqlite_database file{queue.folder / "jobs.sqlite", false};
  file.connection().run_script(
      "PRAGMA writable_schema = ON;"
      "UPDATE sqlite_master SET sql = replace(sql, 'until_ns = 0', 'until_ns = 7') WHERE name = 'jobs_due';");
  a.reset();
  file.connection().run_script(
      "PRAGMA writable_schema = RESET; REINDEX jobs_due;"
      "PRAGMA writable_schema = ON;"
      "UPDATE sqlite_master SET sql = replace(sql, 'until_ns = 7', 'until_ns = 0')"
      " WHERE name = 'jobs_due'; PRAGMA writable_schema = RESET;");
  auto b = queue.open("b");
  CHECK_THROWS_WITH(b->take(queue.rules), Catch::Matchers::Contains("the file is damaged"));
  CHECK(b->list().size() == 1);
}

TEST_CASE("leases and delays that can't be are noticed, and nobody waits for their end") {
  shared_file queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  const auto change = GENERATE(as<const char*>{},                                     //
                               "state = 'leased'",                                    // nobody's
                               "state = 'leased', owner = 'b', until_ns = 'later'",   //
                               "state = 'leased', owner = 'b', until_ns = x'00'",     //
                               "state = 'leased', owner = x'62', until_ns = 1",       //
                               "state = 'queued', boot = ?1, until_ns = 'tomorrow'",  //
                               "state = 'queued', boot = ?1, until_ns = x'7f'");
  INFO(change);
  {
    ps::sqlite_database file{queue.folder / "jobs.sqlite", false};
    const auto boot = queue.clock->boot();
    const auto update = std::string{"UPDATE jobs SET "} + change;
    ps::sqlite_connection::statement foreign{file.connection(), update};
    if (update.find('?') != std::string::npos) foreign.bind(boot);
    foreign.step();
  }
  auto b = queue.open("c");
  CHECK_THROWS_WITH(b->take(queue.rules), Catch::Matchers::Contains("the file is damaged"));
  CHECK(b->list().size() == 1);
}

TEST_CASE("what is on whole pages is saved from a file with a damaged one") {
  const scratch_folder folder;
  const auto file = folder / "jobs.sqlite";
  {
    ps::sqlite_job_store store{file};
    for (int i = 0; i < 100; ++i) store.put({std::vector<std::byte>(500), std::to_string(i), "int"});
    store.take({});
    CHECK(store.bury(store.take({}).job->receipt, "ill"));
  }
  CHECK(ps::check_queue_file(file).empty());
  SECTION("a whole file") {
    const auto done = ps::rescue_queue_file(file, folder / "new.sqlite");
    CHECK(done.is_whole);
    CHECK(done.saved == 100);
    const auto saved = ps::sqlite_job_store{folder / "new.sqlite"}.list();
    CHECK(saved.at(0).state == "queued");
    CHECK(saved.at(1).state == "dead");
    CHECK(saved.at(99).job == 100);
    CHECK_THROWS_AS(ps::rescue_queue_file(file, folder / "new.sqlite"), ps::job_queue_error);
  }
  SECTION("a page of jobs is gone") {
    auto bytes = bytes_of(file);
    const auto in_the_middle = bytes.rfind(std::string(300, '\0')) / 4096;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(in_the_middle * 4096), 4096, '\0');
    std::ofstream{file, std::ios::binary} << bytes;
    const auto done = ps::rescue_queue_file(file, folder / "new.sqlite");
    CHECK_FALSE(done.is_whole);
    CHECK(done.saved >= 90);
    CHECK(done.saved < 100);
    CHECK_THROWS_WITH(ps::check_queue_file(file), Catch::Matchers::Contains("the file is damaged"));
  }
}
