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

/// Its JSON is read only where there is no archive. `notes` may be null. Throws codec_error.
template <class T>
T restored(const stored_item& from, read_notes* notes = nullptr) {
  if (from.archive.empty()) return from_json<T>(from.json, notes);
  return restore<T>({from.archive, from.type, from.schema.get()}, notes);
}

}  // namespace penstock::detail
