#include <penstock/connectors/redis_error.hpp>

#include <array>

namespace penstock {

namespace {

struct meaning {
  const char* code;
  job_queue_error::kind kind;
  const char* words;  ///< empty: Redis' own say it
};

constexpr auto passing = job_queue_error::kind::passing;
constexpr auto lasting = job_queue_error::kind::lasting;

constexpr std::array meanings{
    meaning{"OOM", passing, "the server has reached its memory limit (maxmemory)"},
    meaning{"LOADING", passing, "the server is still reading its data from the disk"},
    meaning{"READONLY", passing, "the server is a replica, which can't be written; name the primary"},
    meaning{"ERR max number of clients", passing, "the server has too many connections (maxclients)"},
    meaning{"MISCONF", passing, "the server can't write to its disk"},
    meaning{"BUSY", passing, "another program's script holds the server up"},
    meaning{"MASTERDOWN", passing, "the server is a replica without its primary"},
    meaning{"NOREPLICAS", passing, "the server has fewer replicas than it wants (min-replicas-to-write)"},
    meaning{"CLUSTERDOWN", passing, "the cluster is down"},
    meaning{"TRYAGAIN", passing, "the cluster is moving the queue"},
    meaning{"MOVED", lasting, "the queue lies on another node of the cluster; name that one"},
    meaning{"ASK", passing, "the cluster is moving the queue"},
    meaning{"WRONGPASS", lasting, "user or password is wrong"},
    meaning{"NOAUTH", lasting, "the server wants a password: redis://user:password@host"},
    meaning{"NOPERM", lasting, "the user may not do that; docs/jobs.md says what a queue needs"},
    meaning{"WRONGTYPE", lasting, "a key of the queue is of another kind; name another queue"},
    meaning{"OTHERVERSION", lasting, "another version of penstock made the queue; use that one"},
};

}  // namespace

job_queue_error redis_error(const std::string& queue, const redis_reply& reply) {
  for (const auto& each : meanings) {
    if (reply.is_error(each.code))
      return {queue, std::string{each.words} + " (Redis: " + reply.text + ")", each.kind};
  }
  return {queue, "Redis says: " + reply.text};
}

}  // namespace penstock
