#include "queue_places.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <vector>

#include "../tests/support/redis_command.hpp"
#include "harness.hpp"

namespace bench {

disk_folder::disk_folder() {
  std::string name =
      (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "queues-XXXXXX").string();
  require(::mkdtemp(name.data()) != nullptr, "can't make the folder " + name);
  path_ = name;
}

disk_folder::~disk_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

redis_server::redis_server() {
  auto command = penstock_test::redis_command(socket(), folder_.path().string());
  // It does not rewrite its file beside what is measured.
  command.insert(command.end(), {"--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0"});
  std::vector<char*> words;
  for (std::string& each : command) words.push_back(each.data());
  words.push_back(nullptr);

  int ends[2];
  require(::pipe2(ends, O_CLOEXEC) == 0, "can't make a pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const int failed = ::posix_spawn(&id_, words[0], &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  while (failed == 0 && said.find("eady to accept connections") == std::string::npos) {
    const auto size = ::read(ends[0], buffer, sizeof buffer);
    if (size <= 0) break;
    said.append(buffer, static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  require(said.find("eady to accept connections") != std::string::npos, "no Redis server: " + said);
}

redis_server::~redis_server() {
  if (id_ <= 0) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

}  // namespace bench
