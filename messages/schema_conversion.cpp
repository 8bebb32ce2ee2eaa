#include <penstock/messages/schema_conversion.hpp>

#include <algorithm>
#include <optional>

#include <penstock/messages/error.hpp>
#include <penstock/messages/nearest_name.hpp>
#include <penstock/messages/output_archive.hpp>
#include <penstock/messages/schema_numbers.hpp>

namespace penstock::detail {

namespace {

/// Values that take no byte are few in a true item.
constexpr std::uint64_t free_steps = 1'000'000;
constexpr std::uint64_t steps_per_byte = 500;

}  // namespace

schema_conversion::level::level(schema_conversion& of) : of_{of} {
  // A number is a step here, and no level of an archive.
  if (of_.depth_ > archive_depth_limit) {
    throw codec_error{"penstock: an item nested deeper than " + std::to_string(archive_depth_limit) +
                      " levels"};
  }
  of_.budget_.take();
  ++of_.depth_;
}

schema_conversion::schema_conversion(const schema_description& written, const schema_reader& today,
                                     std::span<const std::byte> bytes, read_notes* notes)
    : written_{written},
      today_{today},
      notes_{notes},
      cursor_{bytes},
      budget_{free_steps + steps_per_byte * bytes.size()},
      fit_{written, today, budget_} {}

void schema_conversion::run(std::vector<std::byte>& into) {
  into_ = &into;
  convert(written_.root, today_.types.root);
  if (!cursor_.left().empty()) {
    throw codec_error{"penstock: " + std::to_string(cursor_.left().size()) + " bytes are left over"};
  }
}

void schema_conversion::convert(std::uint32_t written, std::uint32_t today) {
  const level deeper{*this};
  const schema_node& from = written_.nodes[written];
  const schema_node& to = today_.types.nodes[today];
  if (to.kind == schema_kind::perhaps) {
    convert_perhaps(written, today);
  } else if (to.kind == schema_kind::either) {
    convert_alternative(written, today);
  } else if (from.kind == schema_kind::perhaps) {
    if (!present()) path_.refuse("is empty and must be " + words_for(to));
    convert(from.parts[0], today);
  } else if (from.kind == schema_kind::either) {
    convert(from.parts[written_alternative(from)], today);
  } else if (from.kind == schema_kind::members && to.kind == schema_kind::members) {
    convert_members(written, today);
  } else {
    convert_alike(from, to);
  }
}

void schema_conversion::convert_alike(const schema_node& from, const schema_node& to) {
  const auto is_number = [](const schema_node& node) {
    return node.kind == schema_kind::number || node.kind == schema_kind::enumeration;
  };
  if (is_number(from) && is_number(to)) return convert_number(from, to);
  if (has_elements(from.kind) && has_elements(to.kind)) return convert_elements(from, to);
  if (from.kind != to.kind) refuse_kind(from, to);
  switch (from.kind) {
    case schema_kind::text:
      return convert_text(from, to);
    case schema_kind::parts:
      return convert_parts(from, to);
    case schema_kind::duration:
    case schema_kind::moment:
      return convert_ticks(from, to);
    case schema_kind::opaque:
      return convert_opaque(from, to);
    default:
      refuse_kind(from, to);
  }
}

bool schema_conversion::present() {
  const auto byte = std::to_integer<int>(*cursor_.take(1));
  if (byte > 1) path_.refuse("is neither there nor empty: " + std::to_string(byte));
  return byte == 1;
}

void schema_conversion::convert_perhaps(std::uint32_t written, std::uint32_t today) {
  const schema_node& from = written_.nodes[written];
  const std::uint32_t held = today_.types.nodes[today].parts[0];
  const bool optional = from.kind == schema_kind::perhaps;
  const bool there = !optional || present();
  into_->push_back(static_cast<std::byte>(there));
  if (there) convert(optional ? from.parts[0] : written, held);
}

void schema_conversion::convert_alternative(std::uint32_t written, std::uint32_t today) {
  const schema_node& from = written_.nodes[written];
  const bool variant = from.kind == schema_kind::either;
  const std::size_t number = variant ? written_alternative(from) : 0;
  const std::uint32_t held = variant ? from.parts[number] : written;
  const auto chosen = alternative(held, variant ? &from : nullptr, number, today);
  append_count(chosen, *into_);
  convert(held, today_.types.nodes[today].parts[chosen]);
}

std::size_t schema_conversion::written_alternative(const schema_node& variant) {
  const auto number = cursor_.count();
  if (number >= variant.parts.size())
    path_.refuse("is alternative " + std::to_string(number) + " of too few");
  return static_cast<std::size_t>(number);
}

std::size_t schema_conversion::alternative(std::uint32_t written, const schema_node* variant,
                                           std::size_t number, std::uint32_t today) {
  const std::tuple key{written, number, today};
  if (const auto known = alternatives_.find(key); known != alternatives_.end()) return known->second;
  const bool named = variant != nullptr && !variant->names.empty();
  const auto chosen =
      fit_.alternative(written, named ? variant->names[number] : std::string{},
                       variant != nullptr ? std::optional{number} : std::nullopt, today, path_);
  alternatives_.emplace(key, chosen);
  return chosen;
}

void schema_conversion::convert_text(const schema_node& from, const schema_node& to) {
  const auto width = width_of(from.number);
  if (width != width_of(to.number)) refuse_kind(from, to);
  const auto count = cursor_.count();
  const std::byte* const first = cursor_.take(count, width);
  append_count(count, *into_);
  into_->insert(into_->end(), first, first + count * width);
}

void schema_conversion::convert_parts(const schema_node& from, const schema_node& to) {
  if (from.parts.size() != to.parts.size()) refuse_kind(from, to);
  for (std::size_t i = 0; i < from.parts.size(); ++i) {
    const schema_path::step here{path_, i};
    convert(from.parts[i], to.parts[i]);
  }
}

void schema_conversion::convert_members(std::uint32_t written, std::uint32_t today) {
  const member_plan& plan = plan_for(written, today);
  if (plan.same) {
    const std::byte* const first = cursor_.left().data();
    const auto before = cursor_.position();
    skip(written);
    into_->insert(into_->end(), first, first + (cursor_.position() - before));
  } else if (plan.in_order) {
    convert_in_order(plan, written, today);
  } else {
    convert_out_of_order(plan, written, today);
  }
}

const member_plan& schema_conversion::plan_for(std::uint32_t written, std::uint32_t today) {
  const std::pair key{written, today};
  if (const auto known = plans_.find(key); known != plans_.end()) return known->second;
  const schema_node& to = today_.types.nodes[today];
  member_plan plan = match_members(written_.nodes[written], to);
  plan.same = fit_.fits(written, today, schema_fit::same);
  for (std::size_t i = 0; i < to.names.size(); ++i) {
    if (plan.written[i] || today_.extras[today].may_be_absent[i]) continue;
    const schema_path::step here{path_, to.names[i]};
    const std::string* const like = nearest_name(to.names[i], plan.unknown);
    path_.refuse("is missing" +
                 (like == nullptr ? std::string{} : ", and '" + *like + "' is there, which nobody knows") +
                 "; what may be absent is a std::optional, or in may_be_absent of its type");
  }
  for (const auto& name : plan.unknown) {
    const schema_path::step here{path_, name};
    if (notes_ != nullptr) notes_->ignored(path_.text());
  }
  return plans_.emplace(key, std::move(plan)).first->second;
}

void schema_conversion::write_fresh(std::uint32_t today, std::size_t member) {
  today_.extras[today].write_fresh(member, *into_);
}

void schema_conversion::convert_in_order(const member_plan& plan, std::uint32_t written,
                                         std::uint32_t today) {
  const schema_node& from = written_.nodes[written];
  const schema_node& to = today_.types.nodes[today];
  std::size_t next = 0;
  for (std::size_t i = 0; i < from.parts.size(); ++i) {
    const std::size_t target = plan.target[i];
    const schema_path::step here{path_, from.names[i]};
    if (target == member_plan::nowhere) {
      skip(from.parts[i]);
      continue;
    }
    for (; next < target; ++next) write_fresh(today, next);
    convert(from.parts[i], to.parts[next++]);
  }
  for (; next < to.parts.size(); ++next) write_fresh(today, next);
}

void schema_conversion::convert_out_of_order(const member_plan& plan, std::uint32_t written,
                                             std::uint32_t today) {
  const schema_node& from = written_.nodes[written];
  const schema_node& to = today_.types.nodes[today];
  // Each into a place of its own; they are put in order when all are there.
  std::vector<std::vector<std::byte>> places(to.parts.size());
  std::vector<std::byte>* const whole = into_;
  try {
    for (std::size_t i = 0; i < from.parts.size(); ++i) {
      const std::size_t target = plan.target[i];
      const schema_path::step here{path_, from.names[i]};
      if (target == member_plan::nowhere) {
        skip(from.parts[i]);
      } else {
        into_ = &places[target];
        convert(from.parts[i], to.parts[target]);
      }
    }
  } catch (...) {
    into_ = whole;
    throw;
  }
  into_ = whole;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (plan.written[i]) {
      into_->insert(into_->end(), places[i].begin(), places[i].end());
    } else {
      write_fresh(today, i);
    }
  }
}

void schema_conversion::convert_opaque(const schema_node& from, const schema_node& to) {
  if (from.opaque != to.opaque || from.version_written != to.version_written) refuse_kind(from, to);
  if (from.version > to.version) {
    path_.refuse("is " + words_for(from) + ", and this program knows it up to version " +
                 std::to_string(to.version));
  }
  if (from.version != to.version && !from.version_written) {
    path_.refuse("is " + words_for(from) + ", whose bytes don't tell their version");
  }
  std::size_t size = 0;
  const std::byte* const first = opaque_bytes(from, size);
  into_->insert(into_->end(), first, first + size);
}

const std::byte* schema_conversion::opaque_bytes(const schema_node& from, std::size_t& size) {
  for (std::size_t i = 0; i < today_.types.nodes.size(); ++i) {
    const schema_node& known = today_.types.nodes[i];
    const bool fits = known.kind == schema_kind::opaque && known.opaque == from.opaque &&
                      known.version_written == from.version_written &&
                      (from.version_written ? from.version <= known.version : from.version == known.version);
    if (!fits || today_.extras[i].size == nullptr) continue;
    size = today_.extras[i].size(cursor_.left());
    return cursor_.take(size);
  }
  path_.refuse(
      "is " + words_for(from) +
      ", written by its serialize function, which this program has not; so nobody knows where it ends");
}

void schema_conversion::refuse_kind(const schema_node& from, const schema_node& to) const {
  path_.refuse("was " + words_for(from) + " and should be " + words_for(to));
}

}  // namespace penstock::detail
