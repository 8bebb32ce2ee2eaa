#include <penstock/runtime/role_channel.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/describe/class.hpp>
#include <cerrno>
#include <cstring>
#include <new>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/messages/memory_file.hpp>
#include <penstock/runtime/role_spawner.hpp>

namespace penstock {

BOOST_DESCRIBE_STRUCT(role_task, (),
                      (kind, graph, stage, worker, max_output, max_item, memory_limit, log_level, timed))

namespace {

enum class note_kind : std::uint32_t { wake, task, region };

struct note {
  note_kind kind = note_kind::wake;
  std::uint32_t unused = 0;
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
};

constexpr std::size_t longest_note = 64 * 1024;
constexpr std::size_t most_descriptors = 2;

[[noreturn]] void refuse(const char* what) {
  throw error("penstock: " + std::string{what} + " for an isolated worker: " + std::strerror(errno));
}

std::span<std::byte> bytes_of(std::byte (&memory)[channel_memory::ring_bytes]) { return memory; }

bool is_readable(int socket) {
  pollfd asked{socket, POLLIN, 0};
  return ::poll(&asked, 1, 0) > 0;
}

struct received {
  std::size_t size = 0;
  note head;
  std::vector<std::byte> rest;
  std::array<int, most_descriptors> descriptors{-1, -1};
};

/// A message. A size of 0: the other end is gone, or none is there and `flags` don't let it wait.
received receive(int socket, int flags, std::size_t longest = sizeof(note)) {
  received result;
  std::vector<std::byte> buffer(longest);
  alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int) * most_descriptors)];
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = 0;
  do {
    size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | flags);
  } while (size < 0 && errno == EINTR);
  if (size == 0) errno = 0;  // the end, not a lack of messages
  if (size < static_cast<ssize_t>(sizeof(note))) return result;
  result.size = static_cast<std::size_t>(size);
  std::memcpy(&result.head, buffer.data(), sizeof(note));
  result.rest.assign(buffer.begin() + sizeof(note), buffer.begin() + size);
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_type != SCM_RIGHTS) continue;
    const auto count = std::min((each->cmsg_len - CMSG_LEN(0)) / sizeof(int), most_descriptors);
    std::memcpy(result.descriptors.data(), CMSG_DATA(each), count * sizeof(int));
  }
  return result;
}

}  // namespace

channel_mapping::channel_mapping(int descriptor) {
  void* memory = ::mmap(nullptr, sizeof(channel_memory), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) refuse("no shared memory");
  memory_ = static_cast<channel_memory*>(memory);
}

channel_mapping::~channel_mapping() { ::munmap(memory_, sizeof(channel_memory)); }

role_channel::role_channel(int socket, int child_socket, int descriptor, bool is_parent)
    : socket_{socket},
      child_socket_{child_socket},
      descriptor_{descriptor},
      is_parent_{is_parent},
      mapping_{make_ref<channel_mapping>(descriptor)},
      out_{is_parent ? memory().requests : memory().results,
           bytes_of(is_parent ? memory().request_bytes : memory().result_bytes)},
      in_{is_parent ? memory().results : memory().requests,
          bytes_of(is_parent ? memory().result_bytes : memory().request_bytes)} {}

role_channel::role_channel(role_channel&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)},
      child_socket_{std::exchange(other.child_socket_, -1)},
      descriptor_{std::exchange(other.descriptor_, -1)},
      is_parent_{other.is_parent_},
      mapping_{std::move(other.mapping_)},
      out_{other.out_},
      in_{other.in_},
      offered_{std::move(other.offered_)} {}

role_channel::~role_channel() {
  for (const int each : {socket_, child_socket_, descriptor_}) {
    if (each >= 0) ::close(each);
  }
  for (const shared_region& each : offered_) ::close(each.descriptor);
}

role_channel role_channel::make() {
  const int memory = make_memory_file("penstock-channel", sizeof(channel_memory));
  if (memory < 0) refuse("no shared memory (ulimit -f and ulimit -n must allow it)");
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    const int why = errno;
    ::close(memory);
    errno = why;
    refuse("no socket");
  }
  return role_channel{ends[0], ends[1], memory, true};
}

std::pair<role_task, role_channel> role_channel::join(int socket) {
  received first = receive(socket, 0, longest_note);
  if (first.size == 0 || first.head.kind != note_kind::task || first.descriptors[0] < 0)
    throw error("penstock: no task came");
  return {decode<role_task>(first.rest), role_channel{socket, -1, first.descriptors[0], false}};
}

void role_channel::send(std::span<const std::byte> bytes, std::span<const int> descriptors) {
  alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int) * most_descriptors)] = {};
  iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size_bytes());
  }
  // Who is gone is seen by its descriptor.
  while (::sendmsg(socket_, &message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

void role_channel::begin(const role_task& task) {
  ::close(std::exchange(child_socket_, -1));
  note head;
  head.kind = note_kind::task;
  std::vector<std::byte> message(sizeof head);
  std::memcpy(message.data(), &head, sizeof head);
  const auto body = encode(task);
  message.insert(message.end(), body.begin(), body.end());
  if (message.size() > longest_note) throw error("penstock: the names of graph and stage are too long");
  const int descriptors[] = {descriptor_};
  send(message, descriptors);
}

void role_channel::offer(const shared_region& region) {
  note head{note_kind::region, 0, region.number, region.bytes};
  const int descriptors[] = {region.descriptor};
  send(std::as_bytes(std::span{&head, 1}), descriptors);
}

void role_channel::wake() {
  const note head;
  send(std::as_bytes(std::span{&head, 1}), {});
}

void role_channel::publish() {
  out_.publish();
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (memory().child_sleeps.load() != 0 && memory().child_sleeps.exchange(0) != 0) wake();
}

void role_channel::wake_parent() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (memory().parent_sleeps.load() != 0 && memory().parent_sleeps.exchange(0) != 0) wake();
}

role_channel::seen role_channel::wait(bool for_room, int first, int second, int ms) {
  // The child may wait for the room of what was read here.
  in_.release();
  publish();
  seen result;
  memory().parent_sleeps.store(1);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (in_.empty() && !(for_room && !out_.over_half())) {
    pollfd all[] = {{socket_, POLLIN, 0}, {first, POLLIN, 0}, {second, POLLIN, 0}};
    const bool any = ::poll(all, 3, ms) > 0;
    while (any && all[0].revents != 0 && socket_ >= 0 && is_readable(socket_)) take_in(MSG_DONTWAIT);
    result = {any && all[1].revents != 0, any && all[2].revents != 0};
  }
  memory().parent_sleeps.store(0);
  return result;
}

/// True if it was an offer. In the parent the end of the child is seen by its descriptor; a socket that is
/// gone before has been closed by a body, as it was not its own.
bool role_channel::take_in(int flags) {
  received next = receive(socket_, flags);
  if (next.size == 0) {
    if ((flags & MSG_DONTWAIT) == 0) ::_exit(exit_role_lost);
    const bool nothing = errno == EAGAIN || errno == EWOULDBLOCK;
    if (!nothing) ::close(std::exchange(socket_, -1));
    return false;
  }
  if (next.head.kind != note_kind::region) return false;
  if (next.descriptors[0] >= 0) {
    offered_.push_back({next.head.number, next.head.bytes, next.descriptors[0]});
  } else {
    // No descriptor was free for it here. The other side offers it again when it lends the next time.
    offers_lost(!is_parent_).store(true);
  }
  return true;
}

void role_channel::wait_in_child(bool for_room) {
  in_.release();
  wake_parent();
  memory().child_sleeps.store(1);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (for_room ? out_.full() : in_.empty()) {
    while (take_in(0)) {
    }
  }
  memory().child_sleeps.store(0);
}

std::optional<shared_region> role_channel::accept() {
  // It was sent before whatever speaks of it. Wakes that lie between are of no more use.
  while (offered_.empty() && socket_ >= 0 && is_readable(socket_)) take_in(MSG_DONTWAIT);
  if (offered_.empty()) return std::nullopt;
  const shared_region first = offered_.front();
  offered_.erase(offered_.begin());
  return first;
}

}  // namespace penstock
