// Numbers, lists and what is left out: the part of schema_conversion that looks at single values.

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include <penstock/messages/error.hpp>
#include <penstock/messages/nearest_name.hpp>
#include <penstock/messages/schema_conversion.hpp>
#include <penstock/messages/schema_numbers.hpp>
#include <penstock/messages/schema_text.hpp>

namespace penstock::detail {

namespace {

/// Refuses elements that a set would silently take once. Told apart by their bytes.
class element_set {
 public:
  bool insert(const std::byte* first, std::size_t size) {
    return seen_.emplace(reinterpret_cast<const char*>(first), size).second;
  }

 private:
  std::unordered_set<std::string> seen_;
};

bool takes_each_once(schema_kind kind) { return kind == schema_kind::set || kind == schema_kind::map; }

}  // namespace

const schema_conversion::enumerator_table& schema_conversion::enumerators(const schema_node& from,
                                                                          const schema_node& to) {
  const auto [known, fresh] = enumerators_.try_emplace(std::pair{&from, &to});
  enumerator_table& table = known->second;
  if (!fresh) return table;
  table.same = from.names == to.names && from.values == to.values;
  std::unordered_map<std::string, std::uint64_t> values;
  for (std::size_t i = 0; i < to.names.size(); ++i) values.emplace(to.names[i], to.values[i]);
  for (std::size_t i = 0; i < from.names.size(); ++i) {
    // Several enumerators may have one value.
    const auto found = values.find(from.names[i]);
    if (found != values.end()) table.values.emplace(from.values[i], found->second);
    table.names.emplace(from.values[i], &from.names[i]);
  }
  return table;
}

void schema_conversion::convert_number(const schema_node& from, const schema_node& to) {
  const bool was_named = from.kind == schema_kind::enumeration;
  const bool named = to.kind == schema_kind::enumeration;
  if (named && was_named && !enumerators(from, to).same) return convert_enumerator(from, to);
  const std::byte* const bytes = cursor_.take(width_of(from.number));
  const auto before = into_->size();
  if (!detail::convert_number(from.number, to.number, bytes, *into_)) refuse_number(from, to, bytes);
  if (!named || was_named) return;
  const auto number = read_number(to.number, into_->data() + before);
  if (!number || std::find(to.values.begin(), to.values.end(), number->bits()) == to.values.end()) {
    refuse_number(from, to, bytes);
  }
}

void schema_conversion::convert_enumerator(const schema_node& from, const schema_node& to) {
  const enumerator_table& table = enumerators(from, to);
  const std::byte* const bytes = cursor_.take(width_of(from.number));
  const auto number = read_number(from.number, bytes);
  if (!number) refuse_number(from, to, bytes);
  const auto found = table.values.find(number->bits());
  if (found != table.values.end()) {
    for (std::size_t b = 0; b < width_of(to.number); ++b) {
      into_->push_back(static_cast<std::byte>(found->second >> (8 * b) & 0xffu));
    }
    return;
  }
  const auto name = table.names.find(number->bits());
  if (name == table.names.end()) {
    path_.refuse("is " + number->text() + ", which no enumerator of its enum was");
  }
  const std::string* const like = nearest_name(*name->second, to.names);
  path_.refuse("is '" + *name->second + "', which is no enumerator any more" +
               (like == nullptr ? std::string{} : "; '" + *like + "' is the nearest"));
}

void schema_conversion::refuse_number(const schema_node& from, const schema_node& to,
                                      const std::byte* bytes) const {
  const auto number = read_number(from.number, bytes);
  path_.refuse("is " + (number ? number->text() : std::string{"no "} + std::string{name_of(from.number)}) +
               (to.kind == schema_kind::enumeration
                    ? ", which is no enumerator"
                    : ", which " + std::string{name_of(to.number)} + " can't hold"));
}

void schema_conversion::convert_ticks(const schema_node& from, const schema_node& to) {
  if (from.clock != to.clock) refuse_kind(from, to);
  const std::byte* const bytes = cursor_.take(width_of(from.number));
  if (from.period == to.period) {
    if (!detail::convert_number(from.number, to.number, bytes, *into_)) refuse_number(from, to, bytes);
    return;
  }
  auto ticks = read_number(from.number, bytes);
  if (ticks && is_real(to.number)) ticks = ticks->as_real();
  const auto scaled = ticks ? in_period(*ticks, from.period, to.period) : std::nullopt;
  if (scaled && write_number(*scaled, to.number, *into_)) return;
  const auto period = [](schema_period of) {
    return std::to_string(of.numerator) + "/" + std::to_string(of.denominator) + " s";
  };
  path_.refuse("is " + (ticks ? ticks->text() : std::string{"no number"}) + " times " + period(from.period) +
               ", which is no whole number of " + period(to.period) + " that fits");
}

std::size_t schema_conversion::element_count(const schema_node& from) {
  if (from.kind == schema_kind::array) return static_cast<std::size_t>(from.count);
  const auto count = cursor_.count();
  // Each takes a byte at least.
  if (count > cursor_.left().size()) {
    path_.refuse("has " + std::to_string(count) + " elements and only " +
                 std::to_string(cursor_.left().size()) + " bytes");
  }
  return static_cast<std::size_t>(count);
}

void schema_conversion::convert_elements(const schema_node& from, const schema_node& to) {
  const bool counted = from.kind != schema_kind::array;
  const bool fixed = to.kind == schema_kind::array;
  const std::size_t count = element_count(from);
  if (fixed && count != to.count) {
    path_.refuse("has " + std::to_string(count) + " elements and should have " + std::to_string(to.count));
  }
  if (!fixed) append_count(count, *into_);
  const schema_node& part = written_.nodes[from.parts[0]];
  const schema_node& wanted = today_.types.nodes[to.parts[0]];
  if (part.kind == schema_kind::number && wanted.kind == schema_kind::number &&
      part.number == wanted.number && !takes_each_once(to.kind)) {
    const std::byte* const first = cursor_.take(count, width_of(part.number));
    into_->insert(into_->end(), first, first + count * width_of(part.number));
    return;
  }
  const bool entries = to.kind == schema_kind::map;
  // Its keys must be seen, so that none is there twice.
  if (entries && (part.kind != schema_kind::parts || part.parts.size() != 2)) refuse_kind(part, wanted);
  element_set seen;
  for (std::size_t i = 0; i < count; ++i) {
    const schema_path::step here{path_, i};
    const auto begin = cursor_.position();
    const auto before = into_->size();
    std::size_t key = 0;
    if (entries) {
      convert(part.parts[0], wanted.parts[0]);
      key = into_->size() - before;
      convert(part.parts[1], wanted.parts[1]);
    } else {
      convert(from.parts[0], to.parts[0]);
      key = into_->size() - before;
    }
    if (takes_each_once(to.kind) && !seen.insert(into_->data() + before, key)) {
      path_.refuse("is there a second time");
    }
    if (counted && cursor_.position() == begin) cursor_.take(1);
    if (!fixed && into_->size() == before) into_->push_back(std::byte{0});
  }
}

void schema_conversion::skip(std::uint32_t written) {
  const level deeper{*this};
  const schema_node& from = written_.nodes[written];
  switch (from.kind) {
    case schema_kind::number:
    case schema_kind::enumeration:
    case schema_kind::duration:
    case schema_kind::moment:
      cursor_.take(width_of(from.number));
      return;
    case schema_kind::text:
      cursor_.take(cursor_.count(), width_of(from.number));
      return;
    case schema_kind::perhaps:
      if (present()) skip(from.parts[0]);
      return;
    case schema_kind::either:
      return skip(from.parts[written_alternative(from)]);
    case schema_kind::parts:
    case schema_kind::members:
      for (const auto part : from.parts) skip(part);
      return;
    case schema_kind::opaque: {
      std::size_t size = 0;
      opaque_bytes(from, size);
      return;
    }
    default:
      skip_elements(from);
  }
}

void schema_conversion::skip_elements(const schema_node& from) {
  const bool counted = from.kind != schema_kind::array;
  const std::size_t count = element_count(from);
  const schema_node& part = written_.nodes[from.parts[0]];
  if (part.kind == schema_kind::number || part.kind == schema_kind::enumeration) {
    cursor_.take(count, width_of(part.number));
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const schema_path::step here{path_, i};
    const auto begin = cursor_.position();
    skip(from.parts[0]);
    if (counted && cursor_.position() == begin) cursor_.take(1);
  }
}

}  // namespace penstock::detail
