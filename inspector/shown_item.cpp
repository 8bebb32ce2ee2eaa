#include <penstock/inspector/shown_item.hpp>

#include <string_view>
#include <utility>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/messages/json_value.hpp>

namespace penstock {

namespace {

using nlohmann::ordered_json;

/// Builds the tree of a text that was checked. The parser itself would look at all members of an object for
/// each that is added.
class shown_tree final : public nlohmann::json_sax<ordered_json> {
 public:
  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(ordered_json::value_t::object); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(ordered_json::value_t::array); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  ordered_json take() { return std::move(root_); }

 private:
  bool add(ordered_json value) {
    place(std::move(value));
    return true;
  }
  bool open(ordered_json::value_t kind) {
    // It stays where it is while it is open, as nothing comes behind it.
    open_.push_back(&place(ordered_json(kind)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  ordered_json& place(ordered_json value) {
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_array()) return open_.back()->emplace_back(std::move(value));
    using members = ordered_json::object_t::Container;
    members& all = open_.back()->get_ref<ordered_json::object_t&>();
    return all.emplace_back(std::exchange(name_, {}), std::move(value)).second;
  }

  ordered_json root_;
  std::vector<ordered_json*> open_;
  std::string name_;
};

}  // namespace

ordered_json shown_item(const std::string& json) {
  if (json.empty()) return nullptr;
  try {
    check_json(json);
  } catch (const codec_error&) {
    return json;
  }
  shown_tree tree;
  ordered_json::sax_parse(json, &tree);
  return tree.take();
}

}  // namespace penstock
