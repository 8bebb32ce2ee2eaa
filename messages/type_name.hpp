#pragma once

#include <string>
#include <typeinfo>

namespace penstock {

/// The type's name as a programmer writes it. Any thread.
std::string readable_type_name(const std::type_info& type);

/// The name of T, made once and valid as long as the program runs. Any thread.
template <class T>
const std::string& type_name() {
  static const std::string name = readable_type_name(typeid(T));
  return name;
}

}  // namespace penstock
