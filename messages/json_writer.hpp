#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace penstock {

/// Writes one JSON text of limited length. Always valid JSON: what does not fit is left out, with a note in
/// its place. Bytes that are not UTF-8 become the replacement character. One thread.
class json_writer {
 public:
  /// From `limit` bytes on no more elements are taken and strings are cut; the text ends a little later.
  explicit json_writer(std::size_t limit) : limit_{limit} {}

  void null() { raw("null"); }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void integer(std::int64_t value);
  void integer(std::uint64_t value);
  /// Infinity and not-a-number become strings.
  void real(double value);
  void text(std::string_view value);

  void begin_array();
  void end_array();
  void begin_object();
  void end_object();
  /// Name of the next value; inside objects only.
  void key(std::string_view name);

  /// False once the limit is reached: write no more elements, but call `left_out`.
  bool has_room() const { return out_.size() < limit_; }
  /// Notes that `count` more elements of the open array or object are not shown.
  void left_out(std::size_t count);

  /// The text, when everything that was begun has ended.
  std::string take() { return std::move(out_); }

 private:
  void raw(std::string_view text);
  void separate();
  void quote(std::string_view value);
  void open(char bracket);
  void close(char bracket);

  std::string out_;
  std::string nesting_;  ///< one bracket for each that is open
  std::size_t limit_;
  bool first_ = true;
  bool after_key_ = false;
};

}  // namespace penstock
