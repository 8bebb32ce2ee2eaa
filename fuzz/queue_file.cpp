// A file opened as a job queue, looked at, worked on and put into.

#include <string>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

#include "support/bytes.hpp"
#include "support/sqlite_file.hpp"

namespace {

namespace ps = penstock;

/// A source that is told to look again at once does.
ps::take_result take(ps::sqlite_job_store& store) {
  for (int looks = 0; looks < 64; ++looks) {
    auto answer = store.take({std::chrono::hours{1}, 3});
    if (answer.job || answer.again_in != std::chrono::nanoseconds{0}) return answer;
  }
  fuzz::require(false, "a source would look again for ever, as nothing will come");
  return {};
}

/// True if one was there.
bool take_one(ps::sqlite_job_store& store, int number) {
  const auto answer = take(store);
  if (!answer.job) {
    fuzz::require(answer.empty || answer.again_in, "a source would wait for ever, as nothing will come");
    return false;
  }
  const auto& delivery = answer.job->receipt;
  store.extend({&delivery, 1}, std::chrono::hours{2});
  if (number % 3 == 0) store.ack(delivery);
  if (number % 3 == 1) store.bury(delivery, "buried");
  if (number % 3 == 2 && store.nack(delivery, "given back")) return number < 8;
  return true;
}

void use(const std::filesystem::path& file) {
  ps::sqlite_job_store store{file, false, "fuzz:1:1"};
  store.list();
  store.count();
  for (int i = 0; i < 16 && take_one(store, i); ++i) {
  }
  store.put_all({{{}, "1", "int"}, {{}, "2", "int"}});
  store.requeue_all();
  store.list("queued");
  store.count();
}

}  // namespace

PENSTOCK_FUZZ_TARGET(input) {
  try {
    use(fuzz::sqlite_file(input));
  } catch (const ps::job_queue_error&) {
    // refused, as a file that is broken has to be
  }
}
