#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <penstock/actors/chunk_plan.hpp>
#include <penstock/messages/batch_writer.hpp>
#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/type_name.hpp>
#include <penstock/messages/weight.hpp>
#include <penstock/runtime/graph_data.hpp>
#include <penstock/runtime/options.hpp>

namespace penstock::detail {

/// Stands for the key function of a chunk stage that is not behind by_key.
struct no_key {};

template <class T, class KeyOf>
struct chunk_key {
  using type = std::remove_cvref_t<std::invoke_result_t<KeyOf&, const T&>>;
};
template <class T>
struct chunk_key<T, no_key> {
  using type = int;
};

/// Keys that do not even equal themselves, as NaN, are one key where their hashes are the same: else nobody
/// would find them again.
template <class Key>
struct same_key {
  bool operator()(const Key& a, const Key& b) const {
    if (a == b) return true;
    return !(a == a) && !(b == b) && std::hash<Key>{}(a) == std::hash<Key>{}(b);
  }
};

/// The items of open chunks; those of one key, where there are keys.
template <class T, class KeyOf>
class typed_chunk_items final : public chunk_items {
  static constexpr bool keyed = !std::is_same_v<KeyOf, no_key>;
  using key_type = typename chunk_key<T, KeyOf>::type;

 public:
  explicit typed_chunk_items(KeyOf key_of) : key_of_{std::move(key_of)} {}

  run front(batch& items, std::uint32_t size) override {
    if constexpr (keyed) {
      const T* const first = items.template items<T>();
      if (ahead_.empty()) ahead_.push_back({std::invoke(key_of_, *first), 1});
      const auto [known, added] = number_of_.try_emplace(ahead_.front().key, next_);
      if (added) ++next_;
      const auto most = std::min(items.size(), size - filled(known->second));
      while (ahead_.size() == 1 && ahead_.front().count < most) look_at(first[ahead_.front().count]);
      return {known->second, std::min(most, ahead_.front().count)};
    } else {
      return {next_, std::min(items.size(), size - filled(next_))};
    }
  }

  void add(std::uint64_t chunk, batch items) override {
    if (items.shared()) {
      if constexpr (copyable_item<T>) items = items.copy();
    }
    open_chunk& to = open_[chunk];
    T* first = items.template items<T>();
    if constexpr (keyed) {
      if (to.items.empty()) to.key.emplace(ahead_.front().key);
      ahead_.front().count -= items.size();
      if (ahead_.front().count == 0) ahead_.pop_front();
    }
    for (std::uint32_t i = 0; i < items.size(); ++i) to.items.emplace_back(std::move(first[i]));
  }

  batch close(std::uint64_t chunk) override {
    const auto found = open_.find(chunk);
    batch_writer<std::vector<T>> writer{1};
    writer.emplace(std::move(found->second.items));
    if constexpr (keyed) number_of_.erase(*found->second.key);
    open_.erase(found);
    if (!keyed) ++next_;
    return writer.finish();
  }

  void discard() override {
    open_.clear();
    number_of_.clear();
    ahead_.clear();
  }

 private:
  struct open_chunk {
    std::vector<T> items;
    std::optional<key_type> key;
  };
  /// Items that follow one another and have the same key, which the key function was asked for.
  struct known_items {
    key_type key;
    std::uint32_t count;
  };

  std::uint32_t filled(std::uint64_t chunk) const {
    const auto found = open_.find(chunk);
    return found == open_.end() ? 0 : static_cast<std::uint32_t>(found->second.items.size());
  }

  void look_at(const T& next) {
    key_type key = std::invoke(key_of_, next);
    if (same_key<key_type>{}(key, ahead_.front().key)) {
      ++ahead_.front().count;
    } else {
      ahead_.push_back({std::move(key), 1});
    }
  }

  KeyOf key_of_;
  std::unordered_map<key_type, std::uint64_t, std::hash<key_type>, same_key<key_type>> number_of_;
  std::unordered_map<std::uint64_t, open_chunk> open_;
  std::uint64_t next_ = 0;
  std::deque<known_items> ahead_;  ///< of the batch at hand: those at its front and, if seen, the next one
};

/// Everything about a chunk stage. `delay` in ns.
template <class T, class KeyOf, class... Options>
graph_node make_chunk_node(std::string name, std::int64_t size, std::optional<std::int64_t> delay,
                           KeyOf key_of, const Options&... options) {
  graph_node node;
  node.kind = node_kind::chunk;
  node.name = std::move(name);
  node.options = collect_options(options...);
  node.options.size = size;
  node.options.delay = delay;
  node.keyed_chunks = !std::is_same_v<KeyOf, no_key>;
  node.make_chunk_items = [key_of = std::move(key_of)]() -> std::unique_ptr<chunk_items> {
    return std::make_unique<typed_chunk_items<T, KeyOf>>(key_of);
  };
  node.lends = copyable_item<T>;
  node.input_type = type_name<T>();
  node.input_size = sizeof(T);
  node.fixed_input_size = fixed_weight<T>;
  node.weight_unseen = weighs_sizeof_only<T>();
  return node;
}

template <class Rep, class Period>
std::int64_t delay_in_ns(std::chrono::duration<Rep, Period> delay) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(delay).count();
}

}  // namespace penstock::detail
