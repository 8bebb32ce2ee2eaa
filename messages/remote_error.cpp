#include <penstock/messages/remote_error.hpp>

#include <cxxabi.h>

#include <typeinfo>

#include <penstock/messages/failure.hpp>

namespace penstock {

namespace {

void add_bases(const std::type_info* type, std::vector<std::string>& names) {
  const auto add = [&](const std::type_info* base) {
    names.push_back(readable_type_name(*base));
    add_bases(base, names);
  };
  if (const auto* single = dynamic_cast<const abi::__si_class_type_info*>(type)) {
    add(single->__base_type);
  } else if (const auto* several = dynamic_cast<const abi::__vmi_class_type_info*>(type)) {
    for (unsigned i = 0; i < several->__base_count; ++i) {
      if (several->__base_info[i].__is_public_p()) add(several->__base_info[i].__base_type);
    }
  }
}

}  // namespace

const remote_error* as_remote_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const remote_error& error) {
    return &error;
  } catch (...) {
    return nullptr;
  }
}

remote_exception describe_for_others(const std::exception_ptr& thrown) {
  auto described = describe_exception(thrown);
  remote_exception result{std::move(described.type), std::move(described.text), {}};
  if (!thrown) return result;
  try {
    std::rethrow_exception(thrown);
  } catch (...) {
    add_bases(abi::__cxa_current_exception_type(), result.bases);
  }
  return result;
}

}  // namespace penstock
