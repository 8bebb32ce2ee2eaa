#include <penstock/connectors/redis_url.hpp>

#include <charconv>
#include <optional>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/runtime/duration_text.hpp>

namespace penstock {

namespace {

constexpr std::string_view tcp_scheme = "redis://";
constexpr std::string_view tls_scheme = "rediss://";
constexpr std::string_view unix_scheme = "unix://";

/// What stands before `sign` in `text`, which keeps what stands behind it; all of it where there is none.
std::string_view cut_front(std::string_view& text, char sign) {
  const auto at = text.find(sign);
  const auto front = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return front;
}

std::string_view cut_back(std::string_view& text, char sign) {
  const auto at = text.find(sign);
  if (at == std::string_view::npos) return {};
  const auto back = text.substr(at + 1);
  text = text.substr(0, at);
  return back;
}

std::string without_password(std::string_view text) {
  const auto begin = text.find("://");
  const auto end = text.rfind('@');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    return std::string{text};
  return std::string{text.substr(0, begin + 3)} + "***" + std::string{text.substr(end)};
}

class reader {
 public:
  explicit reader(std::string_view whole) : whole_{whole} {}

  redis_url read() {
    std::string_view rest = whole_;
    if (rest.starts_with(tls_scheme)) {
      fail("this penstock speaks no TLS; let a tunnel on this machine do it, for instance stunnel");
    }
    const bool socket = rest.starts_with(unix_scheme);
    if (!socket && !rest.starts_with(tcp_scheme)) {
      fail("expected redis://[user:password@]host[:port][/database] or unix:///path/of.sock");
    }
    rest.remove_prefix(socket ? unix_scheme.size() : tcp_scheme.size());
    made_.queue = decoded(cut_back(rest, '#'));
    auto settings = cut_back(rest, '?');
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
      read_login(rest.substr(0, at));
      rest.remove_prefix(at + 1);
    }
    if (socket) {
      made_.socket = decoded(rest);
      if (!made_.socket.starts_with('/')) fail("expected an absolute path behind unix://");
    } else {
      const auto database = cut_back(rest, '/');
      read_place(rest);
      if (!database.empty()) made_.database = number<unsigned>("the database", database, 0, 1'000'000);
    }
    while (!settings.empty()) read_setting(cut_front(settings, '&'));
    return made_;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw job_queue_error{without_password(whole_), reason};
  }

  std::string decoded(std::string_view text) const {
    std::string plain;
    for (; !text.empty(); text.remove_prefix(1)) {
      if (text.front() != '%') {
        plain += text.front();
        continue;
      }
      unsigned code = 0;
      const auto hex = text.substr(1, 2);
      const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
      if (hex.size() != 2 || error != std::errc{} || end != hex.data() + 2 || code == 0) {
        fail("a % stands for itself as %25; else two hexadecimal digits follow it");
      }
      plain += static_cast<char>(code);
      text.remove_prefix(2);
    }
    return plain;
  }

  template <class Number>
  Number number(const std::string& what, std::string_view text, unsigned least, unsigned most) const {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
      fail(what + " is \"" + std::string{text} + "\": expected a number from " + std::to_string(least) +
           " to " + std::to_string(most));
    }
    return static_cast<Number>(value);
  }

  void read_login(std::string_view login) {
    const auto user = cut_front(login, ':');
    made_.user = decoded(user);
    made_.password = decoded(login);
    if (made_.password.empty()) fail("there is a user without a password; expected user:password@");
  }

  void read_place(std::string_view place) {
    std::string_view port;
    if (place.starts_with('[')) {
      place.remove_prefix(1);
      const auto end = place.find(']');
      if (end == std::string_view::npos) fail("expected ] behind the address");
      port = place.substr(end + 1);
      place = place.substr(0, end);
      if (!port.empty() && port.front() != ':') fail("expected :port behind ]");
      if (!port.empty()) port.remove_prefix(1);
    } else {
      port = cut_back(place, ':');
    }
    if (place.empty()) fail("expected a host, for instance redis://localhost");
    made_.host = std::string{place};
    if (!port.empty()) made_.port = number<std::uint16_t>("the port", port, 1, 65535);
  }

  void read_setting(std::string_view setting) {
    auto value = setting;
    const auto name = cut_front(value, '=');
    if (name == "timeout") {
      const auto time = parse_duration(value);
      if (!time || *time < std::chrono::milliseconds{10} || *time > std::chrono::hours{1}) {
        fail("timeout is \"" + std::string{value} + "\": expected a duration from 10ms to 1h");
      }
      made_.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*time);
    } else if (name == "database") {
      made_.database = number<unsigned>("the database", value, 0, 1'000'000);
    } else if (name == "forgetful") {
      if (value != "yes" && value != "no")
        fail("forgetful is \"" + std::string{value} + "\": expected yes or no");
      made_.forgetful = value == "yes";
    } else {
      fail("'" + std::string{name} + "' is no setting; there are timeout, database and forgetful");
    }
  }

  const std::string_view whole_;
  redis_url made_;
};

}  // namespace

redis_url redis_url::parse(std::string_view text) { return reader{text}.read(); }

bool redis_url::is_one(std::string_view text) {
  return text.starts_with(tcp_scheme) || text.starts_with(tls_scheme) || text.starts_with(unix_scheme);
}

std::string redis_url::shown() const {
  if (!socket.empty()) {
    return std::string{unix_scheme} + socket + (database == 0 ? "" : "?database=" + std::to_string(database));
  }
  const bool six = host.find(':') != std::string::npos;
  return std::string{tcp_scheme} + (six ? "[" + host + "]" : host) + ":" + std::to_string(port) +
         (database == 0 ? "" : "/" + std::to_string(database));
}

}  // namespace penstock
