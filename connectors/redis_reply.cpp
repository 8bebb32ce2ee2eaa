#include <penstock/connectors/redis_reply.hpp>

#include <hiredis/hiredis.h>

#include <new>
#include <utility>

namespace penstock {

namespace {

constexpr std::size_t most_parts = 1U << 21U;
constexpr std::size_t most_bytes = 1U << 30U;

/// A place for what the parser has found: in the list that it is in, which no other part is added to before
/// this one is whole. Null, which ends the parse, where there are too many.
redis_reply* make(const redisReadTask* task, redis_reply::kind kind) noexcept {
  try {
    auto& parts = *static_cast<std::size_t*>(task->privdata);
    if (++parts > most_parts) return nullptr;
    redis_reply* made = nullptr;
    if (task->parent == nullptr) {
      made = new redis_reply;
    } else {
      made = &static_cast<redis_reply*>(task->parent->obj)->items.emplace_back();
    }
    made->is = kind;
    return made;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* make_text(const redisReadTask* task, const char* text, std::size_t size) noexcept {
  auto* made =
      make(task, task->type == REDIS_REPLY_ERROR ? redis_reply::kind::error : redis_reply::kind::text);
  if (made == nullptr) return nullptr;
  try {
    made->text.assign(text, size);
    return made;
  } catch (const std::bad_alloc&) {
    if (task->parent == nullptr) delete made;
    return nullptr;
  }
}

/// Version 0.14 gives the size of a list as an int, later ones as a size_t, and those know two kinds more.
template <class Functions>
Functions all_functions() {
  Functions made{};
  made.createString = [](const redisReadTask* task, char* text, std::size_t size) -> void* {
    return make_text(task, text, size);
  };
  made.createArray = [](const redisReadTask* task, auto size) -> void* {
    return static_cast<std::size_t>(size) > most_parts ? nullptr : make(task, redis_reply::kind::list);
  };
  made.createInteger = [](const redisReadTask* task, long long value) -> void* {
    auto* number = make(task, redis_reply::kind::number);
    if (number != nullptr) number->number = value;
    return number;
  };
  made.createNil = [](const redisReadTask* task) -> void* { return make(task, redis_reply::kind::nothing); };
  if constexpr (requires { made.createDouble; }) {
    made.createDouble = [](const redisReadTask* task, double, char* text, std::size_t size) -> void* {
      return make_text(task, text, size);
    };
    made.createBool = [](const redisReadTask* task, int value) -> void* {
      auto* number = make(task, redis_reply::kind::number);
      if (number != nullptr) number->number = value;
      return number;
    };
  }
  made.freeObject = [](void* reply) { delete static_cast<redis_reply*>(reply); };
  return made;
}

redisReplyObjectFunctions functions = all_functions<redisReplyObjectFunctions>();

}  // namespace

void redis_reply_reader::closer::operator()(redisReader* reader) const { redisReaderFree(reader); }

redis_reply_reader::redis_reply_reader() : reader_{redisReaderCreateWithFunctions(&functions)} {
  if (reader_ == nullptr) throw std::bad_alloc{};
  reader_->privdata = &parts_;
}

redis_reply_reader::~redis_reply_reader() = default;

void redis_reply_reader::feed(std::string_view bytes) {
  unread_ += bytes.size();
  if (unread_ > most_bytes) throw malformed{"a reply of more than a gigabyte"};
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK)
    throw malformed{reader_->errstr};
}

std::optional<redis_reply> redis_reply_reader::next() {
  void* found = nullptr;
  if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) {
    if (reader_->err == REDIS_ERR_OOM) throw malformed{"it has too many parts, or there is no memory for it"};
    throw malformed{reader_->errstr};
  }
  if (found == nullptr) return std::nullopt;
  const std::unique_ptr<redis_reply> owned{static_cast<redis_reply*>(found)};
  parts_ = 0;
  unread_ = 0;
  return std::move(*owned);
}

std::optional<redis_reply> parse_redis_reply(std::string_view bytes) {
  redis_reply_reader reader;
  reader.feed(bytes);
  return reader.next();
}

}  // namespace penstock
