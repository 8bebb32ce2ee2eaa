#pragma once

#include <boost/describe/class.hpp>
#include <exception>
#include <string>

namespace penstock {

/// Why an item did not get through a stage.
struct failure {
  std::string stage;         ///< stage or operator whose body threw
  int attempt = 0;           ///< attempts made, from 1
  std::string type;          ///< type of what was thrown, readable
  std::string text;          ///< its message
  std::exception_ptr error;  ///< the original, for rethrowing; null where it did not happen in this process
};
BOOST_DESCRIBE_STRUCT(failure, (), (stage, attempt, type, text))  // all of it but the original

/// What was thrown, in words.
struct exception_description {
  std::string type;
  std::string text;
};

/// Type and message of `thrown`; nested exceptions follow after ": ". A null pointer gives two empty strings.
/// Any thread.
exception_description describe_exception(const std::exception_ptr& thrown);

/// A failure of `stage` at `attempt`, described.
failure make_failure(std::string stage, int attempt, const std::exception_ptr& thrown);

}  // namespace penstock
