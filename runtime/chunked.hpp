#pragma once

#include <chrono>
#include <cstdint>
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

/// The items of open chunks; those of one key, where there are keys.
template <class T, class KeyOf>
class typed_chunk_items final : public chunk_items {
  static constexpr bool keyed = !std::is_same_v<KeyOf, no_key>;
  using key_type = typename chunk_key<T, KeyOf>::type;

 public:
  explicit typed_chunk_items(KeyOf key_of) : key_of_{std::move(key_of)} {}

  run front(batch& items) override {
    if constexpr (keyed) {
      const T* first = items.template items<T>();
      const key_type key = std::invoke(key_of_, *first);
      std::uint32_t count = 1;
      while (count < items.size() && std::invoke(key_of_, first[count]) == key) ++count;
      const auto [known, added] = number_of_.try_emplace(key, next_);
      if (added) ++next_;
      return {known->second, count};
    } else {
      return {next_, items.size()};
    }
  }

  void add(std::uint64_t chunk, batch items) override {
    if (items.shared()) {
      if constexpr (copyable_item<T>) items = items.copy();
    }
    open_chunk& to = open_[chunk];
    T* first = items.template items<T>();
    if constexpr (keyed) {
      if (to.items.empty()) to.key.emplace(std::invoke(key_of_, std::as_const(*first)));
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
  }

 private:
  struct open_chunk {
    std::vector<T> items;
    std::optional<key_type> key;
  };

  KeyOf key_of_;
  std::unordered_map<key_type, std::uint64_t> number_of_;
  std::unordered_map<std::uint64_t, open_chunk> open_;
  std::uint64_t next_ = 0;
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
