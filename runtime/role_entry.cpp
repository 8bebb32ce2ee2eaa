#include <penstock/runtime/role_entry.hpp>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/crash_note.hpp>
#include <penstock/runtime/enter.hpp>
#include <penstock/runtime/role_spawner.hpp>

namespace penstock {

namespace {

struct entered {
  std::once_flag once;
  std::unique_ptr<program_image> image;
  std::unique_ptr<role> mine;
};

/// Beyond the end of static objects: threads of the user's may still ask.
entered& state() {
  static auto& kept = *new entered;
  return kept;
}

struct summons {
  pid_t parent = 0;
  int descriptor = -1;
};

/// What the variable says. It is for this process alone, not for what it starts.
std::optional<summons> read_variable() {
  const char* text = std::getenv(role_variable);
  if (text == nullptr) return std::nullopt;
  summons read;
  const bool readable = std::sscanf(text, "%d:%d", &read.parent, &read.descriptor) == 2;
  ::unsetenv(role_variable);
  return readable ? std::optional{read} : std::nullopt;
}

/// True if the descriptor is a socket that the process of that number made: the variable is no leftover.
bool comes_from(const summons& said) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(said.descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == said.parent;
}

/// Where one of the three is closed, the next file would get its number, and what the program prints.
void fill_standard_descriptors() {
  for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest free number is this one, as those below are taken.
    if (::fcntl(each, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null", each == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  }
}

/// What `ps` and `top` show; else it would be the number of the descriptor that the program was started from.
void name_process(const role_task& task) {
  constexpr std::size_t most = 15;
  const std::string place = "/" + std::to_string(task.worker);
  const std::string name = task.stage.substr(0, most - std::min(place.size(), most)) + place;
  ::prctl(PR_SET_NAME, name.c_str());
}

std::unique_ptr<role> take_role() {
  const auto said = read_variable();
  if (!said || !comes_from(*said)) return nullptr;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have ended before the line above, and then nobody waits for this process.
  if (::getppid() != said->parent) ::_exit(exit_role_lost);
  // With 1 the kernel hands no core to a program either.
  const rlimit no_core{1, 1};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::fcntl(said->descriptor, F_SETFD, FD_CLOEXEC);
  ::close(said->descriptor + 1);  // the file that the program was started from
  try {
    auto [task, channel] = role_channel::join(said->descriptor);
    auto taken = std::make_unique<role>(role{std::move(task), std::move(channel)});
    note_crashes(taken->channel.crash());
    name_process(taken->task);
    return taken;
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "penstock: a role process could not take up its role: %s\n", wrong.what());
    ::_exit(exit_role_lost);
  }
}

}  // namespace

void enter_program(int argc, const char* const* argv) {
  entered& kept = state();
  std::call_once(kept.once, [&] {
    fill_standard_descriptors();
    kept.mine = take_role();
    auto image = std::make_unique<program_image>();
    for (int i = 0; i < argc; ++i) image->arguments.emplace_back(argv[i]);
    for (char** each = ::environ; each != nullptr && *each != nullptr; ++each)
      image->environment.emplace_back(*each);
    image->directory = ::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    image->executable = ::open("/proc/self/exe", O_PATH | O_CLOEXEC);
    kept.image = std::move(image);
  });
}

const program_image* entered_program() { return state().image.get(); }

role* own_role() { return state().mine.get(); }

void enter(int argc, const char* const* argv) { enter_program(argc, argv); }

std::optional<std::string> role_graph() {
  const role* mine = own_role();
  return mine == nullptr ? std::nullopt : std::optional{mine->task.graph};
}

}  // namespace penstock
