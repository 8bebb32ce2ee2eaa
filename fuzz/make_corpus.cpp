// Writes valid inputs of all targets into FOLDER/TARGET/: what libFuzzer starts from.
// usage: make_fuzz_corpus FOLDER

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <penstock/connectors/sqlite_job_store.hpp>
#include <penstock/messages/json_view.hpp>
#include <penstock/runtime/dead_letter_store.hpp>

#include "../tests/support/scratch_folder.hpp"
#include "support/bytes.hpp"
#include "support/items.hpp"
#include "support/sqlite_file.hpp"

namespace {

namespace ps = penstock;
using namespace std::chrono_literals;

std::filesystem::path corpus;

void write(const std::string& target, const std::string& name, std::string_view content) {
  std::filesystem::create_directories(corpus / target);
  std::ofstream{corpus / target / name, std::ios::binary} << content;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_items() {
  write("archive", "example", fuzz::text_of(ps::encode(fuzz::rich_example())));
  write("archive", "empty", fuzz::text_of(ps::encode(fuzz::rich_item{})));
  write("json", "example", ps::to_json(fuzz::described_example()));
  write("json", "empty", ps::to_json(fuzz::described_item{}));
}

std::string with_length(std::string_view description, std::string_view archive) {
  const auto size = description.size();
  std::string made{static_cast<char>(size & 0xffU), static_cast<char>(size >> 8U)};
  return made.append(description).append(archive);
}

template <class T>
void write_schema(const std::string& name, const T& item) {
  const auto archive = ps::encode(item);
  write("schema", name, with_length(ps::schema_of<T>()->description, fuzz::text_of(archive)));
}

void write_schemas() {
  const auto own = ps::encode(fuzz::rich_example());
  write("schema", "own", with_length({}, fuzz::text_of(own)));
  write_schema("same", fuzz::rich_example());
  write_schema("described", fuzz::described_example());
  write_schema("tree", fuzz::described_example().branch);
  write_schema("older", fuzz::older_item{});
}

/// The same on every machine.
struct fixed_time final : ps::machine_time {
  std::int64_t now_ns() const override { return 1'000'000'000; }
  std::string boot() const override { return "a start of the machine"; }
  std::int64_t unix_ns() const override { return 1'700'000'000'000'000'000; }
};

void write_queue() {
  const penstock_test::scratch_folder folder;
  const auto file = folder / "jobs.sqlite";
  {
    ps::sqlite_job_store store{file, true, "one:1:1", std::make_shared<fixed_time>()};
    for (int i = 0; i < 9; ++i) {
      const auto number = static_cast<std::uint32_t>(i);
      store.put({ps::encode(number), std::to_string(i), "unsigned int"}, i == 8 ? 1h : 0h);
    }
    store.ack(store.take({}).job->receipt);
    store.bury(store.take({}).job->receipt, "it can't be read");
    store.nack(store.take({}).job->receipt, "somebody stopped");
    store.take({});
  }
  fuzz::make_small(file);
  write("queue_file", "queue", content_of(file));
}

void write_letters() {
  const penstock_test::scratch_folder folder;
  const auto file = folder / "letters.sqlite";
  {
    ps::dead_letter_store store{file};
    for (std::uint64_t i = 0; i < 6; ++i) {
      ps::dead_letter_record letter;
      letter.graph = i < 4 ? "graph" : "other";
      letter.run = "run";
      letter.job = i;
      letter.stage = "stage";
      letter.attempt = 1;
      letter.exception_type = "std::runtime_error";
      letter.exception_text = "broken";
      letter.archive = ps::encode(i);
      letter.json = std::to_string(i);
      letter.item_type = "unsigned long";
      letter.at_ns = 1'700'000'000'000'000'000;
      store.write(letter);
    }
  }
  fuzz::make_small(file);
  write("letters", "letters", content_of(file));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_fuzz_corpus FOLDER\n";
    return 2;
  }
  corpus = argv[1];
  write_items();
  write_schemas();
  write_queue();
  write_letters();
  return 0;
}
