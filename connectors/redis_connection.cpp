#include <penstock/connectors/redis_connection.hpp>

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <new>
#include <system_error>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/redis_error.hpp>

namespace penstock {

namespace {

std::string system_reason(int error) { return std::generic_category().message(error); }

redis_reply copied(const redisReply& from) {
  redis_reply made;
  switch (from.type) {
    case REDIS_REPLY_ERROR:
      made.is = redis_reply::kind::error;
      made.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      made.is = redis_reply::kind::text;
      made.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_INTEGER:
      made.is = redis_reply::kind::number;
      made.number = from.integer;
      break;
    case REDIS_REPLY_ARRAY:
      made.is = redis_reply::kind::list;
      made.items.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) made.items.push_back(copied(*from.element[i]));
      break;
    default:
      break;
  }
  return made;
}

/// The value behind `name:` in what INFO says.
std::string_view info_line(std::string_view info, std::string_view name) {
  for (auto at = info.find(name); at != std::string_view::npos; at = info.find(name, at + 1)) {
    if (at > 0 && info[at - 1] != '\n') continue;
    const auto begin = at + name.size();
    return info.substr(begin, info.find_first_of("\r\n", begin) - begin);
  }
  return {};
}

/// "6.2.14" is at least 6.2.
bool is_recent(std::string_view version) {
  unsigned major = 0;
  unsigned minor = 0;
  const auto* end = version.data() + version.size();
  const auto parsed = std::from_chars(version.data(), end, major);
  if (parsed.ptr != end) std::from_chars(parsed.ptr + 1, end, minor);
  return major > 6 || (major == 6 && minor >= 2);
}

}  // namespace

void redis_connection::closer::operator()(redisContext* context) const { redisFree(context); }

redis_connection::redis_connection(redis_url url, std::string queue)
    : url_{std::move(url)}, queue_{std::move(queue)} {}

redis_connection::~redis_connection() = default;

void redis_connection::close() { context_.reset(); }

int redis_connection::handle() const { return context_->fd; }

void redis_connection::lose(const std::string& reason) {
  close();
  throw job_queue_error{queue_, reason, job_queue_error::kind::passing};
}

void redis_connection::open() {
  const auto ms = url_.timeout.count();
  const timeval limit{static_cast<time_t>(ms / 1000), static_cast<suseconds_t>(ms % 1000 * 1000)};
  context_.reset(url_.socket.empty() ? redisConnectWithTimeout(url_.host.c_str(), url_.port, limit)
                                     : redisConnectUnixWithTimeout(url_.socket.c_str(), limit));
  if (context_ == nullptr) throw std::bad_alloc{};
  if (context_->err != 0) lose("can't connect: " + std::string{context_->errstr});
  // Programs that this one starts have nothing to do with it.
  ::fcntl(context_->fd, F_SETFD, FD_CLOEXEC);
  // So that a server which is gone without a word is noticed while nobody asks it for anything.
  if (url_.socket.empty()) redisEnableKeepAlive(context_.get());
  try {
    log_in();
    look_at_server();
  } catch (...) {
    close();
    throw;
  }
}

void redis_connection::log_in() {
  if (!url_.user.empty()) {
    expect_good({"AUTH", url_.user, url_.password});
  } else if (!url_.password.empty()) {
    expect_good({"AUTH", url_.password});
  }
  if (url_.database != 0) expect_good({"SELECT", std::to_string(url_.database)});
}

void redis_connection::look_at_server() {
  const auto info = ask({"INFO", "server"});
  if (info.is_error()) fail(info);
  const auto version = info_line(info.text, "redis_version:");
  server_run_ = info_line(info.text, "run_id:");
  if (!is_recent(version)) {
    throw job_queue_error{queue_,
                          "the server is Redis " + std::string{version} + ", and a job queue needs 6.2"};
  }
}

void redis_connection::expect_good(const std::vector<std::string_view>& words) {
  const auto answer = ask(words);
  if (answer.is_error()) fail(answer);
}

bool redis_connection::was_lost() const {
  // Nothing was asked for, so all that can be there is the end.
  pollfd one{context_->fd, POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

redis_reply redis_connection::ask(const std::vector<std::string_view>& words) {
  const auto deadline = std::chrono::steady_clock::now() + url_.timeout;
  try {
    send(words, deadline);
    for (;;) {
      if (auto reply = parse()) return *std::move(reply);
      await(POLLIN, deadline);
      read_some();
    }
  } catch (...) {
    close();  // what comes on it now is the answer to a question that nobody asks any more
    throw;
  }
}

/// Not by hiredis, whose write ends the program with SIGPIPE when the server is gone.
void redis_connection::send(const std::vector<std::string_view>& words, time_point deadline) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* made = nullptr;
  const int length =
      redisFormatCommandArgv(&made, static_cast<int>(texts.size()), texts.data(), sizes.data());
  if (length < 0) throw std::bad_alloc{};
  const std::unique_ptr<char, void (*)(char*)> command{made, &redisFreeCommand};
  for (std::size_t sent = 0; sent < static_cast<std::size_t>(length);) {
    const auto size = ::send(context_->fd, made + sent, static_cast<std::size_t>(length) - sent,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0) {
      sent += static_cast<std::size_t>(size);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      await(POLLOUT, deadline);
    } else if (errno != EINTR) {
      lose("the connection is lost: " + system_reason(errno));
    }
  }
}

void redis_connection::await(short what, time_point deadline) {
  using std::chrono::milliseconds;
  pollfd one{context_->fd, what, 0};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = left.count() > 0 ? ::poll(&one, 1, static_cast<int>(left.count())) : 0;
    if (ready > 0) return;
    if (ready == 0) {
      lose("the server did not answer within " + std::to_string(url_.timeout.count()) +
           " ms (?timeout=... in the URL)");
    }
    if (errno != EINTR) lose("the connection is lost: " + system_reason(errno));
  }
}

void redis_connection::read_some() {
  if (redisBufferRead(context_.get()) == REDIS_OK) return;
  lose("the connection is lost: " + std::string{context_->errstr});
}

std::optional<redis_reply> redis_connection::parse() {
  void* reply = nullptr;
  if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) {
    lose("that is no answer of a Redis server: " + std::string{context_->errstr});
  }
  if (reply == nullptr) return std::nullopt;
  const std::unique_ptr<void, void (*)(void*)> owned{reply, &freeReplyObject};
  return copied(*static_cast<const redisReply*>(reply));
}

std::optional<redis_reply> redis_connection::read_arrived() {
  if (auto reply = parse()) return reply;
  pollfd one{context_->fd, POLLIN, 0};
  if (::poll(&one, 1, 0) <= 0) return std::nullopt;
  read_some();
  return parse();
}

void redis_connection::fail(const redis_reply& reply) const { throw redis_error(queue_, reply); }

}  // namespace penstock
