#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace reliability {

/// A program that was started, with one pipe for its output and its messages. Whoever drops it kills it.
class child {
 public:
  /// Starts this very program as `--child` with these words.
  static child of_ours(const std::vector<std::string>& words);
  static child start(const std::vector<std::string>& command);
  child(child&& other) noexcept;
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  child& operator=(child&&) = delete;
  ~child();

  /// Reads on until the child has written `text`, ended its output, or `limit` seconds have passed.
  bool await(const std::string& text, double limit);
  /// Reads on for `seconds`, or until it ended its output.
  void let_run(double seconds);
  void send(int signal);
  /// Waits for its end, at most `limit` seconds: the exit code, or minus the signal that ended it; nothing if
  /// it did not end. It is killed then.
  std::optional<int> end(double limit);

  pid_t id() const { return id_; }
  /// It has ended its output.
  bool is_over() const { return over_; }
  /// All that it has written so far.
  const std::string& output() const { return output_; }

 private:
  child(pid_t id, int reader, int handle) : id_{id}, reader_{reader}, handle_{handle} {}
  /// False: there will be no more.
  bool read_some(double limit);

  pid_t id_;
  int reader_;
  int handle_;  ///< becomes readable when the process has ended
  bool over_ = false;
  std::string output_;
};

/// Words of the form `key=value` in a text; 0 where there is no such key.
double value_of(const std::string& text, const std::string& key);

}  // namespace reliability
