#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace penstock {

/// An item's JSON as part of what is printed. Null where it is empty; the text itself where it is no JSON
/// that items are read from: nested deeper than those, it would exhaust the stack that prints it.
nlohmann::ordered_json shown_item(const std::string& json);

}  // namespace penstock
