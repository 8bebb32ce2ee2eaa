#pragma once

#include <pthread.h>

#include <csignal>
#include <thread>
#include <utility>

namespace penstock {

/// Starts a thread that takes no signals, which are for the program's own threads. Throws std::system_error.
template <class F>
std::thread thread_without_signals(F run) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread started{std::move(run)};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

}  // namespace penstock
