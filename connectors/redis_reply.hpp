#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace penstock {

/// What Redis answered. Plain data.
struct redis_reply {
  enum class kind { nothing, text, number, list, error };

  kind is = kind::nothing;
  std::string text;  ///< also of an error
  std::int64_t number = 0;
  std::vector<redis_reply> items;

  bool is_error() const { return is == kind::error; }
  /// An error of that code, which stands first; Redis 6 puts it behind words of its own for what a script
  /// ran into.
  bool is_error(const std::string& code) const {
    return is_error() && (text.starts_with(code + " ") || text.find("-" + code + " ") != std::string::npos);
  }
};

/// Makes replies of the bytes of a connection. Sizes that stand in them are not believed: memory is taken for
/// what has come, and replies of more than 2 million parts, 9 levels or a gigabyte are refused. One thread at
/// a time.
class redis_reply_reader {
 public:
  struct malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  redis_reply_reader();
  ~redis_reply_reader();

  /// Throws malformed where the reply that has begun is too long.
  void feed(std::string_view bytes);
  /// The next whole one; nothing where more bytes are needed. Throws malformed, and is of no use any more
  /// then.
  std::optional<redis_reply> next();

 private:
  struct closer {
    void operator()(redisReader* reader) const;
  };

  std::size_t parts_ = 0;   ///< of the reply that has begun
  std::size_t unread_ = 0;  ///< bytes since the last whole one
  std::unique_ptr<redisReader, closer> reader_;
};

/// The first reply in these bytes; nothing where they end before it does. Throws
/// redis_reply_reader::malformed.
std::optional<redis_reply> parse_redis_reply(std::string_view bytes);

}  // namespace penstock
