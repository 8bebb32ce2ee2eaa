#include <penstock/connectors/redis_server_facts.hpp>

#include <charconv>

namespace penstock {

namespace {

/// The value behind `name:`.
std::string_view line_of(std::string_view info, std::string_view name) {
  for (auto at = info.find(name); at != std::string_view::npos; at = info.find(name, at + 1)) {
    if (at > 0 && info[at - 1] != '\n') continue;
    const auto begin = at + name.size();
    return info.substr(begin, info.find_first_of("\r\n", begin) - begin);
  }
  return {};
}

}  // namespace

redis_server_facts redis_server_facts::parse(std::string_view info) {
  redis_server_facts made;
  made.version = line_of(info, "redis_version:");
  made.run = line_of(info, "run_id:");
  made.loading = line_of(info, "loading:") == "1";
  const auto file = line_of(info, "aof_enabled:");
  // While it reads that file it has it turned off.
  if (!file.empty() && !made.loading) made.keeps_file = file == "1";
  const auto limit = line_of(info, "maxmemory:");
  std::from_chars(limit.data(), limit.data() + limit.size(), made.memory_limit);
  const auto eviction = line_of(info, "maxmemory_policy:");
  if (!eviction.empty()) made.eviction = eviction;
  return made;
}

bool redis_server_facts::is_recent() const {
  unsigned major = 0;
  unsigned minor = 0;
  const auto* end = version.data() + version.size();
  const auto parsed = std::from_chars(version.data(), end, major);
  if (parsed.ptr != end) std::from_chars(parsed.ptr + 1, end, minor);
  return major > 6 || (major == 6 && minor >= 2);
}

std::string redis_server_facts::forgets() const {
  std::string text;
  if (memory_limit > 0 && eviction && *eviction != "noeviction") {
    text = "it throws keys away at its memory limit (maxmemory-policy " + *eviction +
           "): set maxmemory-policy noeviction";
  }
  if (keeps_file && !*keeps_file) {
    text += text.empty() ? "" : "; and ";
    text += "it keeps no append-only file, so jobs are gone when it is killed: set appendonly yes";
  }
  if (text.empty()) return text;
  return "the server may forget jobs, as " + text + ". Or say in the URL that this may be: ?forgetful=yes";
}

}  // namespace penstock
