#pragma once

#include <functional>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <penstock/actors/stage_plan.hpp>
#include <penstock/messages/batch_writer.hpp>
#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/outcome.hpp>

namespace penstock::detail {

/// Sorts items into lines by the hash of their key.
template <class T, class KeyOf>
class typed_partitioner final : public partitioner {
 public:
  explicit typed_partitioner(KeyOf key_of) : key_of_{std::move(key_of)} {}

  std::vector<batch> split(batch items, std::size_t lines) override {
    // Those that can't be copied are nobody else's: no other stage may take them, and a worker that shared
    // them with itself has handed them back.
    if (items.shared()) {
      if constexpr (copyable_item<T>) items = items.copy();
    }
    std::vector<batch_writer<T>> writers(lines);
    std::vector<lineage> tokens(lines);
    T* first = items.template items<T>();
    const bool tracked = !items.tokens().empty();
    for (std::uint32_t i = 0; i < items.size(); ++i) {
      const auto line = mix(hash(std::as_const(first[i]))) % lines;
      if (tracked) tokens[line].append(ref<token>{items.tokens().at(i)}, 1);
      writers[line].emplace(std::move(first[i]));
    }
    std::vector<batch> parts(lines);
    for (std::size_t line = 0; line < lines; ++line) {
      parts[line] = writers[line].finish();
      parts[line].tokens() = std::move(tokens[line]);
    }
    return parts;
  }

 private:
  std::size_t hash(const T& item) {
    using key = std::remove_cvref_t<std::invoke_result_t<KeyOf&, const T&>>;
    return std::hash<key>{}(std::invoke(key_of_, item));
  }

  /// std::hash of an integer is often the integer; neighbours must not all share a line. (Finaliser of
  /// MurmurHash3, by Austin Appleby, public domain.)
  static std::size_t mix(std::size_t h) {
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    h ^= h >> 33;
    return h;
  }

  KeyOf key_of_;
};

/// Holds the pieces of open jobs until they are together.
template <class T>
class typed_collector final : public collector {
 public:
  using group = std::vector<outcome<T>>;

  void hold(scope* of, batch items) override {
    group& pieces = open_[of];
    if (items.shared()) {
      if constexpr (copyable_item<T>) items = items.copy();
    }
    T* first = items.template items<T>();
    for (std::uint32_t i = 0; i < items.size(); ++i) pieces.emplace_back(std::move(first[i]));
  }

  std::size_t held(scope* of) const override {
    const auto found = open_.find(of);
    return found == open_.end() ? 0 : found->second.size();
  }

  batch close(scope* of, std::vector<failure> failures) override {
    group pieces;
    if (const auto found = open_.find(of); found != open_.end()) {
      pieces = std::move(found->second);
      open_.erase(found);
    }
    for (failure& each : failures) pieces.emplace_back(std::move(each));
    batch_writer<group> writer{1};
    writer.emplace(std::move(pieces));
    return writer.finish();
  }

  void discard() override { open_.clear(); }

 private:
  std::map<scope*, group> open_;
};

}  // namespace penstock::detail
