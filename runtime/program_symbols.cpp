#include <penstock/runtime/program_symbols.hpp>

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <span>

namespace penstock {

namespace {

/// The program's own file, mapped.
class program_file {
 public:
  program_file() {
    const int descriptor = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat status {};
    if (::fstat(descriptor, &status) == 0) size_ = static_cast<std::size_t>(status.st_size);
    void* memory = size_ > 0 ? ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
    ::close(descriptor);
    if (memory != MAP_FAILED) memory_ = static_cast<const std::byte*>(memory);
  }
  program_file(const program_file&) = delete;
  program_file& operator=(const program_file&) = delete;
  ~program_file() {
    if (memory_ != nullptr) ::munmap(const_cast<std::byte*>(memory_), size_);
  }

  /// A table of `count` records at an offset; empty if the file has none there.
  template <class Record>
  std::span<const Record> table(std::uint64_t offset, std::uint64_t count) const {
    if (memory_ == nullptr || offset > size_ || count > (size_ - offset) / sizeof(Record)) return {};
    return {reinterpret_cast<const Record*>(memory_ + offset), static_cast<std::size_t>(count)};
  }

 private:
  const std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
};

std::string readable(const char* name) {
  int status = 0;
  char* plain = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string text = status == 0 ? plain : name;
  std::free(plain);
  return text;
}

}  // namespace

std::string program_function(std::uint64_t offset) {
  const program_file file;
  const auto header = file.table<Elf64_Ehdr>(0, 1);
  if (header.empty() || std::memcmp(header[0].e_ident, ELFMAG, SELFMAG) != 0) return {};
  const auto sections = file.table<Elf64_Shdr>(header[0].e_shoff, header[0].e_shnum);
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size()) continue;
    const Elf64_Shdr& names = sections[section.sh_link];
    const auto texts = file.table<char>(names.sh_offset, names.sh_size);
    for (const Elf64_Sym& each :
         file.table<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
      if (ELF64_ST_TYPE(each.st_info) != STT_FUNC || offset < each.st_value ||
          offset >= each.st_value + each.st_size || each.st_name >= texts.size()) {
        continue;
      }
      return readable(texts.data() + each.st_name);
    }
  }
  return {};
}

}  // namespace penstock
