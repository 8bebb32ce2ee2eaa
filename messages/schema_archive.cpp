#include <penstock/messages/schema_archive.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/messages/schema_conversion.hpp>
#include <penstock/messages/schema_text.hpp>

namespace penstock::detail {

namespace {

/// Jobs of a queue were mostly written by few programs, so descriptions are read once. By their text: nobody
/// vouches for a hash. Any thread.
class known_schemas {
 public:
  std::shared_ptr<const schema_description> find(const std::string& text) {
    {
      const std::lock_guard lock{mutex_};
      if (const auto known = schemas_.find(text); known != schemas_.end()) return known->second;
    }
    auto read = std::make_shared<const schema_description>(parse_schema(text));
    if (text.size() > longest) return read;
    const std::lock_guard lock{mutex_};
    if (schemas_.size() == most) schemas_.clear();
    schemas_.emplace(text, read);
    return read;
  }

 private:
  static constexpr std::size_t most = 32;
  static constexpr std::size_t longest = 16 * 1024;

  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const schema_description>> schemas_;
};

}  // namespace

void convert_archive(std::span<const std::byte> archive, const item_schema& written,
                     const schema_reader& today, read_notes* notes, std::vector<std::byte>& into) {
  static known_schemas known;
  if (written.description.empty()) {
    throw codec_error{"penstock: it was written by the schema " + written.hash +
                      ", which is described nowhere"};
  }
  const auto types = known.find(written.description);
  schema_conversion{*types, today, archive, notes}.run(into);
}

}  // namespace penstock::detail
