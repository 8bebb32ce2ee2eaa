#include <penstock/connectors/redis_connection.hpp>

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/redis_error.hpp>

namespace penstock {

namespace {

std::string system_reason(int error) { return std::generic_category().message(error); }

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
  reader_.emplace();
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
  const auto info = ask({"INFO"});
  // Who may not ask goes on without knowing.
  const bool refused = info.is_error("NOPERM") || info.text.starts_with("ERR unknown command");
  if (info.is_error() && !refused) fail(info);
  server_ = refused ? redis_server_facts{} : redis_server_facts::parse(info.text);
  if (server_.loading) fail({redis_reply::kind::error, "LOADING according to INFO", 0, {}});
  if (!server_.version.empty() && !server_.is_recent()) {
    throw job_queue_error{queue_, "the server is Redis " + server_.version + ", and a job queue needs 6.2"};
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
  std::array<char, 65536> part;
  const auto size = ::recv(context_->fd, part.data(), part.size(), MSG_DONTWAIT);
  if (size == 0) lose("the connection is lost: the server closed it");
  if (size < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return;
    lose("the connection is lost: " + system_reason(errno));
  }
  try {
    reader_->feed({part.data(), static_cast<std::size_t>(size)});
  } catch (const redis_reply_reader::malformed& problem) {
    lose("that is no answer of a Redis server: " + std::string{problem.what()});
  }
}

std::optional<redis_reply> redis_connection::parse() {
  try {
    return reader_->next();
  } catch (const redis_reply_reader::malformed& problem) {
    lose("that is no answer of a Redis server: " + std::string{problem.what()});
  }
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
