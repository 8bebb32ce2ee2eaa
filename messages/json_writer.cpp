#include <penstock/messages/json_writer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace penstock {

namespace {

/// How long the UTF-8 character at the start of `text` is; 0 if there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : (lead & 0xf0) == 0xe0       ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Forms that are longer than needed, halves of surrogate pairs, and what lies behind the last character.
  const bool bad = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) >= 0xa0) ||
                   (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) >= 0x90);
  return bad ? 0 : length;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  if (code >= 0x20 && code != 0x7f) {
    out += c;
    return;
  }
  out += "\\u00";
  out += digits[code >> 4u];
  out += digits[code & 0xfu];
}

template <class Number>
std::string digits_of(Number value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

}  // namespace

void json_writer::integer(std::int64_t value) { raw(digits_of(value)); }
void json_writer::integer(std::uint64_t value) { raw(digits_of(value)); }

void json_writer::real(double value) {
  if (std::isfinite(value)) {
    raw(digits_of(value));
  } else {
    text(std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
  }
}

void json_writer::text(std::string_view value) {
  separate();
  quote(value);
}

void json_writer::begin_array() { open('['); }
void json_writer::end_array() { close(']'); }
void json_writer::begin_object() { open('{'); }
void json_writer::end_object() { close('}'); }

void json_writer::key(std::string_view name) {
  separate();
  quote(name);
  out_ += ':';
  after_key_ = true;
}

void json_writer::left_out(std::size_t count) {
  const std::string note = std::to_string(count) + " more left out";
  if (!nesting_.empty() && nesting_.back() == '{') {
    key("...");
    text(note);
  } else {
    text("... " + note);
  }
}

void json_writer::raw(std::string_view text) {
  separate();
  out_ += text;
}

void json_writer::separate() {
  if (!first_ && !after_key_) out_ += ',';
  first_ = after_key_ = false;
}

void json_writer::quote(std::string_view value) {
  constexpr std::size_t shortest_cut = 64;
  const std::size_t room = std::max(shortest_cut, limit_ > out_.size() ? limit_ - out_.size() : 0);
  const std::size_t end = out_.size() + room;
  out_ += '"';
  while (!value.empty() && out_.size() < end) {
    const auto length = character_length(value);
    if (length == 0) {
      out_ += "\xef\xbf\xbd";
    } else if (length == 1) {
      append_escaped(out_, value.front());
    } else {
      out_ += value.substr(0, length);
    }
    value.remove_prefix(std::max<std::size_t>(length, 1));
  }
  if (!value.empty()) out_ += "... " + std::to_string(value.size()) + " bytes more left out";
  out_ += '"';
}

void json_writer::open(char bracket) {
  raw({&bracket, 1});
  nesting_ += bracket;
  first_ = true;
}

void json_writer::close(char bracket) {
  out_ += bracket;
  if (!nesting_.empty()) nesting_.pop_back();
  first_ = false;
}

}  // namespace penstock
