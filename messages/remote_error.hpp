#pragma once

#include <algorithm>
#include <boost/describe/class.hpp>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/messages/type_name.hpp>

namespace penstock {

/// What is known of an exception in another process.
struct remote_exception {
  std::string type;                ///< readable
  std::string text;                ///< its message, whatever its size
  std::vector<std::string> bases;  ///< readable names of its public base classes
};
BOOST_DESCRIBE_STRUCT(remote_exception, (), (type, text, bases))

/// An exception that was thrown in another process: by the body of an isolated worker. `what` is its own
/// message. A policy's `when<E>()` looks at the names of its type and its base classes.
class remote_error : public error {
 public:
  explicit remote_error(remote_exception thrown) : error{thrown.text}, thrown_{std::move(thrown)} {}

  /// Readable name of what was thrown.
  const std::string& type() const { return thrown_.type; }
  const std::string& text() const { return thrown_.text; }

  /// Whether a handler for `const E&` would have caught it there.
  template <class E>
  bool is() const {
    const std::string& name = type_name<E>();
    return thrown_.type == name ||
           std::find(thrown_.bases.begin(), thrown_.bases.end(), name) != thrown_.bases.end();
  }

 private:
  remote_exception thrown_;
};

/// What another process needs to know of an exception. Any thread.
remote_exception describe_for_others(const std::exception_ptr& thrown);

}  // namespace penstock
