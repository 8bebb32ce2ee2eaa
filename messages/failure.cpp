#include <penstock/messages/failure.hpp>

#include <cxxabi.h>

#include <utility>

#include <penstock/messages/remote_error.hpp>
#include <penstock/messages/type_name.hpp>

namespace penstock {

namespace {

/// Deeper chains of nested exceptions are cut.
constexpr int nesting_limit = 16;

std::string nested_text(const std::exception& outer, int depth);

/// Only inside a handler.
exception_description describe_current(int depth) {
  try {
    throw;
  } catch (const remote_error& e) {
    return {e.type(), e.text()};
  } catch (const std::exception& e) {
    return {readable_type_name(typeid(e)), e.what() + nested_text(e, depth)};
  } catch (const std::string& text) {
    return {type_name<std::string>(), text};
  } catch (const char* text) {
    return {"const char*", text == nullptr ? std::string{} : text};
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    const std::string name = type == nullptr ? "unknown" : readable_type_name(*type);
    return {name, "an exception of type " + name};
  }
}

std::string nested_text(const std::exception& outer, int depth) {
  const auto* carrier = dynamic_cast<const std::nested_exception*>(&outer);
  if (carrier == nullptr || carrier->nested_ptr() == nullptr || depth >= nesting_limit) return {};
  try {
    carrier->rethrow_nested();
  } catch (...) {
    return ": " + describe_current(depth + 1).text;
  }
  return {};
}

}  // namespace

exception_description describe_exception(const std::exception_ptr& thrown) {
  if (thrown == nullptr) return {};
  try {
    std::rethrow_exception(thrown);
  } catch (...) {
    return describe_current(0);
  }
}

failure make_failure(std::string stage, int attempt, const std::exception_ptr& thrown) {
  auto [type, text] = describe_exception(thrown);
  return {std::move(stage), attempt, std::move(type), std::move(text), thrown};
}

}  // namespace penstock
