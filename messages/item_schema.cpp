#include <penstock/messages/item_schema.hpp>

#include <algorithm>
#include <utility>

namespace penstock {

void read_notes::ignored(std::string_view way) {
  if (ignored_members.size() == most) return;
  std::string member;
  bool inside = false;
  for (const char c : way) {
    if (c == ']') inside = false;
    if (!inside) member += c;
    if (c == '[') inside = true;
  }
  if (std::find(ignored_members.begin(), ignored_members.end(), member) == ignored_members.end()) {
    ignored_members.push_back(std::move(member));
  }
}

}  // namespace penstock
