#include <penstock/runtime/exit_report.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <penstock/actors/current_body.hpp>

namespace penstock {

namespace {

void at_exit(int status, void*) {
  const std::string* stage = current_body::stage();
  if (stage == nullptr) return;
  std::fprintf(
      stderr,
      "penstock: graph '%s', stage '%s': std::exit(%d) was called inside a body; the process ends here\n",
      current_body::graph().c_str(), stage->c_str(), status);
  std::fflush(nullptr);
  ::_exit(status == 0 ? 1 : status);
}

}  // namespace

void report_exits() {
  static std::once_flag once;
  std::call_once(once, [] { ::on_exit(&at_exit, nullptr); });
}

}  // namespace penstock
