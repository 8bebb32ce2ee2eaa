#include <penstock/inspector/shown_item.hpp>

#include <penstock/messages/error.hpp>
#include <penstock/messages/json_value.hpp>

namespace penstock {

nlohmann::ordered_json shown_item(const std::string& json) {
  if (json.empty()) return nullptr;
  try {
    parse_json(json);
  } catch (const codec_error&) {
    return json;
  }
  return nlohmann::ordered_json::parse(json);
}

}  // namespace penstock
