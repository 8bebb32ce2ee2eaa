#include <penstock/messages/type_name.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace penstock {

namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string readable_type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> plain{
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free};
  std::string name = status == 0 && plain ? plain.get() : type.name();
  // Nobody writes these by their full name.
  replace_all(name, "std::__cxx11::", "std::");
  replace_all(name, "std::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string");
  return name;
}

}  // namespace penstock
