#include <penstock/runtime/crash_note.hpp>

#include <execinfo.h>
#include <link.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <vector>

#include <penstock/messages/failure.hpp>
#include <penstock/runtime/program_symbols.hpp>

namespace penstock {

namespace {

std::atomic<crash_note*> own_note{nullptr};

/// Frames of the handler itself.
constexpr int own_frames = 2;

/// Runs on a stack of its own, as the usual one may be what overflowed. Nothing here allocates: `backtrace`
/// has been called once before, which loads what it needs.
void write_stack(int signal, siginfo_t* info, void*) {
  crash_note* note = own_note.exchange(nullptr);
  if (note != nullptr) {
    void* found[32];
    const int count = ::backtrace(found, 32);
    for (int i = own_frames; i < count; ++i)
      note->addresses[static_cast<std::size_t>(i - own_frames)] = reinterpret_cast<std::uintptr_t>(found[i]);
    // The kernel knows no address where it says SI_KERNEL, and who sends a signal has none.
    if (info != nullptr && (signal == SIGSEGV || signal == SIGBUS) && info->si_code > 0 &&
        info->si_code != SI_KERNEL) {
      note->fault = reinterpret_cast<std::uintptr_t>(info->si_addr);
      note->has_fault.store(1);
    }
    note->frames.store(static_cast<std::uint32_t>(std::max(0, count - own_frames)),
                       std::memory_order_release);
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

[[noreturn]] void write_uncaught() {
  crash_note* note = own_note.load();
  if (const auto error = std::current_exception(); error && note != nullptr) {
    try {
      const auto thrown = describe_exception(error);
      note_reason(*note, ("nobody caught " + thrown.type + ": " + thrown.text).c_str());
    } catch (...) {
      note_reason(*note, "nobody caught an exception");
    }
  }
  std::abort();
}

int write_module(dl_phdr_info* info, std::size_t, void* to) {
  auto& note = *static_cast<crash_note*>(to);
  const auto index = note.modules.load();
  if (index == note.loaded.size()) return 1;
  crash_note::module& made = note.loaded[index];
  made.base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type == PT_LOAD)
      made.end = std::max<std::uint64_t>(made.end, made.base + header.p_vaddr + header.p_memsz);
  }
  const char* name = info->dlpi_name;
  const auto length = std::strlen(name);
  const char* tail = name + (length < made.name.size() ? 0 : length - made.name.size() + 1);
  std::strncpy(made.name.data(), tail, made.name.size() - 1);
  note.modules.store(index + 1);
  return 0;
}

std::string hex(std::uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

/// An address to return to lies behind the call, which may be the last of its function.
std::string describe_address(const crash_note& note, std::uint64_t address, bool returns_there) {
  const auto count = std::min<std::size_t>(note.modules.load(), note.loaded.size());
  for (std::size_t i = 0; i < count; ++i) {
    const crash_note::module& each = note.loaded[i];
    if (address < each.base || address >= each.end) continue;
    const std::string path{each.name.data(), ::strnlen(each.name.data(), each.name.size())};
    const auto offset = address - each.base;
    if (path.empty()) {
      const auto name = program_function(returns_there ? offset - 1 : offset);
      return name.empty() ? "program+" + hex(offset) : name + " (+" + hex(offset) + ")";
    }
    return path.substr(path.rfind('/') + 1) + "+" + hex(offset);
  }
  return hex(address);
}

}  // namespace

void note_crashes(crash_note& note) {
  void* first[1];
  ::backtrace(first, 1);
  ::dl_iterate_phdr(&write_module, &note);
  own_note.store(&note);
  std::set_terminate(&write_uncaught);
  static std::vector<char> other_stack(64 * 1024);
  stack_t stack{};
  stack.ss_sp = other_stack.data();
  stack.ss_size = other_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = &write_stack;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::sigaction(signal, &action, nullptr);
}

void note_reason(crash_note& note, const char* reason) {
  const auto length = std::min(std::strlen(reason), note.words.size());
  std::memcpy(note.words.data(), reason, length);
  note.said.store(static_cast<std::uint32_t>(length), std::memory_order_release);
}

std::string read_crash(const crash_note& note) {
  const auto said = std::min<std::size_t>(note.said.load(std::memory_order_acquire), note.words.size());
  std::string text{note.words.data(), said};
  if (note.has_fault.load() != 0)
    text += (text.empty() ? "no access to address " : "; no access to address ") + hex(note.fault);
  const auto frames =
      std::min<std::size_t>(note.frames.load(std::memory_order_acquire), note.addresses.size());
  if (frames == 0) return text;
  if (!text.empty()) text += "; ";
  text += "stack:";
  for (std::size_t i = 0; i < frames; ++i)
    text += (i == 0 ? " " : " < ") + describe_address(note, note.addresses[i], i > 0);
  return text;
}

}  // namespace penstock
