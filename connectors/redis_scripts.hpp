#pragma once

#include <string>

namespace penstock {

/// What a queue does inside the server, each all or nothing and with nobody in between: scripts in Lua.
///
/// The keys of a queue begin with `penstock:{name}:`, so that they lie on one node of a cluster. `jobs` is a
/// stream with an entry N-0 for job N until it is done, read by the consumer group `penstock`: who has a job
/// out has its entry pending, and what has been out and is not any more is pending at `nobody`. The rest are
/// sorted sets of numbers of jobs: `leases` (by their ends), `later` (by the time before which they are not
/// delivered), `ready` (jobs that come before the stream's new ones) and `dead`; `facts`, a hash with a JSON
/// object for each job that has been out; and `meta`, a hash with counters. Times are microseconds since
/// 1970. `first:owner`, for a day, is the first take of the owner's that counts: those before are on a
/// connection that it has given up. Whoever waits for a change subscribes to the channel that is named as the
/// stream.
namespace redis_scripts {

/// One of them; its address tells it from the others.
struct script {
  const char* name;
  std::string text;
};

// The arguments of all begin with the owner and with the time, which is the server's where it is empty.

/// (server run, whether takes before the next one are refused from now on, number of the owner's next take,
/// then those of the takes it holds): makes the queue ready. What is out for the owner and is none of them
/// goes back. After another start of the server all leases begin anew.
const script& prepare();
/// (): the owner has gone, and keeps nothing.
const script& leave();
/// (delay, then archive, json and type of each item): the number of the last one.
const script& put();
/// (lease, suspect from, max deliveries, number of this take): a job {number, delivery, deaths, archive,
/// json, type}, or {microseconds until another look or -1, whether all is empty}.
const script& take();
// Verdicts: whether the delivery was the owner's.
/// (job, delivery)
const script& ack();
/// (job, delivery, reason, delay)
const script& nack();
/// (job, delivery, reason)
const script& bury();
/// (job, delivery, lease)
const script& extend();

/// (state, first entry, entries): a page of jobs {number, state, deliveries, deaths, put, owner, reason,
/// type, json} before which stands the first entry of the next page, or "".
const script& list();
/// (jobs, or none for all dead ones): how many are queued again.
const script& requeue();
/// (): queued, leased, dead, done.
const script& count();

}  // namespace redis_scripts

}  // namespace penstock
