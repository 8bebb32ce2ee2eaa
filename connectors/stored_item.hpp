#pragma once

#include <penstock/connectors/job_store.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/messages/json_reader.hpp>
#include <penstock/messages/json_view.hpp>

namespace penstock::detail {

template <class T>
stored_item stored(const T& item) {
  return {encode(item), to_json(item), type_name<T>(), schema_of<T>()};
}

/// Throws codec_error.
template <class T>
T restored(const stored_item& from) {
  return from.archive.empty() ? from_json<T>(from.json) : decode<T>(from.archive);
}

}  // namespace penstock::detail
