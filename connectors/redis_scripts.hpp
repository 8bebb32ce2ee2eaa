#pragma once

#include <string>

namespace penstock {

/// What a queue does inside the server, each all or nothing and with nobody in between: the scripts of lua/,
/// which say what their arguments and answers are.
///
/// The keys of a queue begin with `penstock:{name}:`, so that they lie on one node of a cluster. `jobs` is a
/// stream with an entry N-0 for job N until it is done, read by the consumer group `penstock`: who has a job
/// out has its entry pending, and what has been out and is not any more is pending at `nobody`. The rest are
/// sorted sets of numbers of jobs: `leases` (by their ends), `later` (by the time before which they are not
/// delivered), `ready` (jobs that come before the stream's new ones), `dead`, and `unread:H,I` for jobs that
/// programs of the schemas H and I could not read; `unread`, a hash with the names of those; `facts`, a hash
/// with a JSON object for each job that has been out; `schemas`, a hash of descriptions; and `meta`, a hash
/// with counters, the id of the queue, and what the server's clock has jumped by. Times are microseconds
/// since 1970. `first:owner`, for a day, is the first take of the owner's that counts: those before are on a
/// connection that it has given up. Whoever waits for a change subscribes to the channel that is named as the
/// stream.
namespace redis_scripts {

/// One of them; its address tells it from the others.
struct script {
  const char* name;
  std::string text;
  bool tells_time = false;  ///< its answer begins with the queue's time, and the number of jumps
};

// The arguments of all begin with the owner, the time (the server's own where it is empty), the id of the
// queue, the queue's time that is expected (or empty), how far it may be before and behind that, and for how
// long the owner has watched it; all in microseconds.

const script& prepare();
const script& leave();
const script& put();
const script& exchange();
const script& extend();
const script& list();
const script& requeue();
const script& count();

}  // namespace redis_scripts

}  // namespace penstock
