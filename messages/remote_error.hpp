#pragma once

#include <algorithm>
#include <boost/describe/class.hpp>
#include <exception>
#include <string>
#include <type_traits>
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

/// Nothing if it is another exception. Lives as long as that. Any thread.
const remote_error* as_remote_error(const std::exception_ptr& thrown);

/// Whether a handler for `const E&` catches it, or would have caught it in the process that threw it. Any
/// thread.
template <class E>
bool was_thrown(const std::exception_ptr& thrown) {
  if constexpr (!std::is_same_v<E, remote_error>) {
    if (const remote_error* there = as_remote_error(thrown)) return there->is<E>();
  }
  try {
    std::rethrow_exception(thrown);
  } catch (const E&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// What another process needs to know of an exception. Any thread.
remote_exception describe_for_others(const std::exception_ptr& thrown);

}  // namespace penstock
