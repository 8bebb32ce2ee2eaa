#include <penstock/messages/json_value.hpp>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include <penstock/messages/error.hpp>
#include <penstock/messages/output_archive.hpp>

namespace penstock {

namespace {

/// Refuses a text while it is read; keeps nothing of it but names.
class json_checker : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!names_.back().insert(name).second) {
      throw codec_error{"penstock: JSON has two members '" + name + "' in one object"};
    }
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& problem) override {
    throw codec_error{std::string{"penstock: this is no JSON: "} + problem.what()};
  }

 private:
  bool open() {
    if (names_.size() == archive_depth_limit) {
      throw codec_error{"penstock: JSON nested deeper than " + std::to_string(archive_depth_limit) +
                        " levels"};
    }
    names_.emplace_back();
    return true;
  }
  bool close() {
    names_.pop_back();
    return true;
  }

  std::vector<std::unordered_set<std::string>> names_;  ///< of members, for each level that is open
};

/// Builds the tree while the text is read, so that nothing is built of what is nested too deeply.
class tree_builder final : public json_checker {
 public:
  bool null() override {
    next();
    return true;
  }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(std::int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override { return add(std::uint64_t{value}); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }

  bool start_object(std::size_t size) override {
    return json_checker::start_object(size) && open<json_value::object>();
  }
  bool end_object() override { return json_checker::end_object() && close(); }
  bool start_array(std::size_t size) override {
    return json_checker::start_array(size) && open<json_value::array>();
  }
  bool end_array() override { return json_checker::end_array() && close(); }
  bool key(string_t& name) override {
    json_checker::key(name);
    open_.back().name = std::move(name);
    return true;
  }

  json_value take() { return std::move(result_); }

 private:
  struct level {
    json_value value;
    std::string name;  ///< of the member that comes next
  };

  /// Where the next value belongs. Filled in place: g++ 12 warns of a variant that is moved into a vector.
  json_value& next() {
    if (open_.empty()) return result_;
    if (auto* list = std::get_if<json_value::array>(&open_.back().value.is))
      return list->items.emplace_back();
    auto& members = std::get<json_value::object>(open_.back().value.is).members;
    members.emplace_back();
    members.back().first = std::move(open_.back().name);
    return members.back().second;
  }
  template <class V>
  bool add(V value) {
    next().is = std::move(value);
    return true;
  }
  template <class V>
  bool open() {
    open_.emplace_back();
    open_.back().value.is.template emplace<V>();
    return true;
  }
  bool close() {
    json_value done;
    std::swap(done.is, open_.back().value.is);
    open_.pop_back();
    std::swap(next().is, done.is);
    return true;
  }

  std::vector<level> open_;
  json_value result_;
};

}  // namespace

json_value::object::object() = default;
json_value::object::object(const object& other) = default;
json_value::object::object(object&& other) noexcept = default;
json_value::object& json_value::object::operator=(const object& other) = default;
json_value::object& json_value::object::operator=(object&& other) noexcept = default;
json_value::object::~object() = default;

std::string json_value::kind() const {
  struct words {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return "the number " + std::to_string(value); }
    std::string operator()(std::uint64_t value) const { return "the number " + std::to_string(value); }
    std::string operator()(double value) const { return "the number " + std::to_string(value); }
    std::string operator()(const std::string&) const { return "a text"; }
    std::string operator()(const array& value) const {
      return "an array of " + std::to_string(value.items.size());
    }
    std::string operator()(const object&) const { return "an object"; }
  };
  return std::visit(words{}, is);
}

json_value parse_json(std::string_view text) {
  tree_builder builder;
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

void check_json(std::string_view text) {
  json_checker checker;
  nlohmann::json::sax_parse(text.begin(), text.end(), &checker);
}

}  // namespace penstock
