// A server that says anything at all, under a job queue on it.

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/redis_job_store.hpp>
#include <penstock/connectors/redis_reply.hpp>

#include "support/bytes.hpp"
#include "support/redis_server.hpp"

namespace {

namespace ps = penstock;

void use(const ps::redis_url& url) {
  ps::redis_job_store store{url, "jobs", "fuzz:1:1"};
  for (int i = 0; i < 4; ++i) {
    const auto answer = store.take({std::chrono::hours{1}, 3});
    if (!answer.job) break;
    store.extend({&answer.job->receipt, 1}, std::chrono::hours{2});
    store.ack(answer.job->receipt);
  }
  store.put_all({{{}, "1", "int"}, {{}, "2", "int"}});
  store.list("");
  store.requeue_all();
  store.count();
}

}  // namespace

PENSTOCK_FUZZ_TARGET(input) {
  try {
    ps::parse_redis_reply(fuzz::text_of(input));
  } catch (const ps::redis_reply_reader::malformed&) {
    // refused, as most are
  }
  static fuzz::redis_server server;
  static const auto url = ps::redis_url::parse(server.url());
  server.say(input);
  try {
    use(url);
  } catch (const ps::job_queue_error&) {
    // refused, as what no server says has to be
  }
}
