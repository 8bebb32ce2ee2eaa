#include <penstock/connectors/redis_scripts.hpp>

#include <initializer_list>

namespace penstock {

/// The files of the folder, by their names.
namespace lua {
extern const char* const bring_back;
extern const char* const clock;
extern const char* const common;
extern const char* const count;
extern const char* const exchange;
extern const char* const extend;
extern const char* const find;
extern const char* const gone;
extern const char* const leave;
extern const char* const list;
extern const char* const prepare;
extern const char* const put;
extern const char* const requeue;
extern const char* const take;
extern const char* const verdicts;
}  // namespace lua

namespace redis_scripts {

namespace {

std::string joined(std::initializer_list<const char*> files) {
  std::string text = lua::common;
  for (const auto* each : files) text += each;
  return text;
}

}  // namespace

const script& prepare() {
  static const script one{"prepare", joined({lua::clock, lua::prepare}), true};
  return one;
}

const script& leave() {
  static const script one{"leave", joined({lua::leave})};
  return one;
}

const script& put() {
  static const script one{"put", joined({lua::put})};
  return one;
}

const script& exchange() {
  static const script one{
      "exchange",
      joined({lua::gone, lua::clock, lua::verdicts, lua::bring_back, lua::find, lua::take, lua::exchange}),
      true};
  return one;
}

const script& extend() {
  static const script one{"extend", joined({lua::gone, lua::clock, lua::extend}), true};
  return one;
}

const script& list() {
  static const script one{"list", joined({lua::list})};
  return one;
}

const script& requeue() {
  static const script one{"requeue", joined({lua::requeue})};
  return one;
}

const script& count() {
  static const script one{"count", joined({lua::count})};
  return one;
}

}  // namespace redis_scripts

}  // namespace penstock
