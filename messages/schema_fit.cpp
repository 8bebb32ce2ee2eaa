#include <penstock/messages/schema_fit.hpp>

#include <algorithm>
#include <unordered_map>

#include <penstock/messages/error.hpp>
#include <penstock/messages/output_archive.hpp>
#include <penstock/messages/schema_text.hpp>

namespace penstock::detail {

namespace {

bool is_number(schema_kind kind) { return kind == schema_kind::number || kind == schema_kind::enumeration; }

/// Numbers that are of the same nature, whatever their width.
int family(number_kind kind) {
  if (kind == number_kind::boolean) return 0;
  if (is_real(kind)) return 1;
  return kind >= number_kind::character ? 2 : 3;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool has_elements(schema_kind kind) {
  switch (kind) {
    case schema_kind::list:
    case schema_kind::set:
    case schema_kind::multiset:
    case schema_kind::map:
    case schema_kind::multimap:
    case schema_kind::array:
      return true;
    default:
      return false;
  }
}

std::string words_for(const schema_node& node) {
  switch (node.kind) {
    case schema_kind::number:
      return "a number (" + std::string{name_of(node.number)} + ")";
    case schema_kind::enumeration:
      return "an enum";
    case schema_kind::text:
      return "a text";
    case schema_kind::list:
      return "a list";
    case schema_kind::set:
    case schema_kind::multiset:
      return "a set";
    case schema_kind::map:
    case schema_kind::multimap:
      return "a map";
    case schema_kind::array:
      return "an array of " + std::to_string(node.count);
    case schema_kind::parts:
      return node.parts.empty() ? "nothing" : std::to_string(node.parts.size()) + " parts";
    case schema_kind::perhaps:
      return "an optional value";
    case schema_kind::either:
      return "a variant";
    case schema_kind::duration:
      return "a duration";
    case schema_kind::moment:
      return "a time of the clock '" + node.clock + "'";
    case schema_kind::members:
      return "an object";
    case schema_kind::opaque:
      break;
  }
  return "a " + node.opaque + " of version " + std::to_string(node.version);
}

member_plan match_members(const schema_node& written, const schema_node& today) {
  // A described base may have a member of the same name: the first goes with the first.
  std::unordered_map<std::string, std::vector<std::size_t>> places;
  for (std::size_t i = today.names.size(); i > 0; --i) places[today.names[i - 1]].push_back(i - 1);
  member_plan plan;
  plan.written.resize(today.names.size());
  std::size_t behind = 0;
  for (const auto& name : written.names) {
    const auto found = places.find(name);
    if (found == places.end() || found->second.empty()) {
      plan.target.push_back(member_plan::nowhere);
      plan.unknown.push_back(name);
      continue;
    }
    const std::size_t place = found->second.back();
    found->second.pop_back();
    plan.target.push_back(place);
    plan.written[place] = true;
    plan.in_order = plan.in_order && place >= behind;
    behind = place + 1;
  }
  return plan;
}

bool schema_fit::fits(std::uint32_t written, std::uint32_t today, level how) {
  how_ = how;
  assumed_.clear();
  depth_ = 0;
  return pair_fits(written, today);
}

bool schema_fit::pair_fits(std::uint32_t written, std::uint32_t today) {
  budget_.take();
  if (!assumed_.emplace(written, today).second) return true;
  if (depth_ == archive_depth_limit) {
    throw codec_error{"penstock: a schema nested deeper than " + std::to_string(archive_depth_limit) +
                      " levels"};
  }
  ++depth_;
  const bool result =
      how_ == same ? is_same(written_.nodes[written], today_.types.nodes[today]) : converts(written, today);
  --depth_;
  return result;
}

bool schema_fit::all_fit(const schema_node& written, const schema_node& today) {
  if (written.parts.size() != today.parts.size()) return false;
  for (std::size_t i = 0; i < today.parts.size(); ++i) {
    if (!pair_fits(written.parts[i], today.parts[i])) return false;
  }
  return true;
}

bool schema_fit::is_same(const schema_node& written, const schema_node& today) {
  return written.kind == today.kind && written.number == today.number && written.names == today.names &&
         written.values == today.values && written.count == today.count && written.period == today.period &&
         written.clock == today.clock && written.opaque == today.opaque && written.version == today.version &&
         written.version_written == today.version_written && all_fit(written, today);
}

bool schema_fit::converts(std::uint32_t written, std::uint32_t today) {
  const schema_node& from = written_.nodes[written];
  const schema_node& to = today_.types.nodes[today];
  if (to.kind == schema_kind::perhaps) {
    return pair_fits(from.kind == schema_kind::perhaps ? from.parts[0] : written, to.parts[0]);
  }
  // What a variant holds is seen with the value.
  if (to.kind == schema_kind::either || from.kind == schema_kind::either) return true;
  if (from.kind == schema_kind::perhaps) return how_ != close && pair_fits(from.parts[0], today);
  if (is_number(from.kind) && is_number(to.kind)) return numbers_fit(from, to);
  if (has_elements(from.kind) && has_elements(to.kind)) {
    const bool both_fixed = from.kind == schema_kind::array && to.kind == schema_kind::array;
    return (!both_fixed || from.count == to.count) && pair_fits(from.parts[0], to.parts[0]);
  }
  if (from.kind != to.kind) return false;
  switch (from.kind) {
    case schema_kind::text:
      return width_of(from.number) == width_of(to.number);
    case schema_kind::moment:
      return from.clock == to.clock;
    case schema_kind::members:
      return members_fit(from, today);
    case schema_kind::opaque:
      return from.opaque == to.opaque && from.version <= to.version &&
             from.version_written == to.version_written;
    default:
      return all_fit(from, to);
  }
}

bool schema_fit::numbers_fit(const schema_node& written, const schema_node& today) const {
  if (how_ != close) return true;
  if (written.kind != today.kind) return false;
  if (written.kind == schema_kind::number) return family(written.number) == family(today.number);
  return std::all_of(written.names.begin(), written.names.end(),
                     [&](const std::string& name) { return contains(today.names, name); });
}

bool schema_fit::members_fit(const schema_node& written, std::uint32_t today) {
  const schema_node& to = today_.types.nodes[today];
  const member_plan plan = match_members(written, to);
  if (how_ != loose && !plan.unknown.empty()) return false;
  for (std::size_t i = 0; i < to.parts.size(); ++i) {
    if (!plan.written[i] && !today_.extras[today].may_be_absent[i]) return false;
  }
  for (std::size_t i = 0; i < written.parts.size(); ++i) {
    if (plan.target[i] == member_plan::nowhere) continue;
    if (!pair_fits(written.parts[i], to.parts[plan.target[i]])) return false;
  }
  return true;
}

std::size_t schema_fit::alternative(std::uint32_t written, const std::string& name,
                                    std::optional<std::size_t> number, std::uint32_t today,
                                    const schema_path& path) {
  const schema_node& to = today_.types.nodes[today];
  for (const level how : {same, close, converted, loose}) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < to.parts.size(); ++i) {
      if (fits(written, to.parts[i], how)) found.push_back(i);
    }
    if (found.size() == 1) return found.front();
    if (!found.empty()) return choose(found, name, how == same ? number : std::nullopt, to, path);
  }
  path.refuse("is " + words_for(written_.nodes[written]) + ", which no alternative of the variant fits");
}

/// Of several that look alike the one of the same name, then the one of the same number. With other names it
/// may be any.
std::size_t schema_fit::choose(const std::vector<std::size_t>& alike, const std::string& name,
                               std::optional<std::size_t> number, const schema_node& today,
                               const schema_path& path) const {
  std::vector<std::size_t> named;
  for (const auto i : alike) {
    if (!name.empty() && i < today.names.size() && today.names[i] == name) named.push_back(i);
  }
  if (named.size() == 1) return named.front();
  if (number && std::find(named.begin(), named.end(), *number) != named.end()) return *number;
  path.refuse("was " + (name.empty() ? std::string{"a value"} : "a " + name) +
              " and may be each of the variant's alternatives " + std::to_string(alike[0]) + " and " +
              std::to_string(alike[1]));
}

}  // namespace penstock::detail
