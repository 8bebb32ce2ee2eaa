#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <penstock/messages/batch_writer.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/messages/input_archive.hpp>
#include <penstock/messages/item_codec.hpp>
#include <penstock/messages/item_schema.hpp>
#include <penstock/messages/json_view.hpp>
#include <penstock/messages/output_archive.hpp>
#include <penstock/messages/schema_archive.hpp>
#include <penstock/messages/schema_builder.hpp>
#include <penstock/messages/type_name.hpp>

namespace penstock {

/// First byte of an encoded item; another number means another format.
inline constexpr std::byte archive_format{1};

/// Appends `item` to `into`. T is described (BOOST_DESCRIBE_STRUCT), or has a Boost serialize function, or is
/// a number, string or standard container of such; unique_ptr and shared_ptr are written with what they point
/// to. Any thread. Throws codec_error for what is nested too deeply, and what a serialize function throws;
/// `into` then is as before.
template <class T>
void encode_into(const T& item, std::vector<std::byte>& into) {
  const auto before = into.size();
  try {
    into.push_back(archive_format);
    output_archive archive{into};
    archive << item;
  } catch (...) {
    into.resize(before);
    throw;
  }
}

/// `item` as bytes, the same on every machine.
template <class T>
std::vector<std::byte> encode(const T& item) {
  std::vector<std::byte> bytes;
  encode_into(item, bytes);
  return bytes;
}

/// The item that `encode` wrote. Safe with bytes of unknown origin. Throws codec_error when they are not
/// exactly one T, std::bad_alloc for want of memory.
template <class T>
T decode(std::span<const std::byte> bytes) {
  static_assert(std::is_default_constructible_v<T>,
                "penstock: what is read back must be default constructible");
  try {
    if (bytes.empty() || bytes.front() != archive_format)
      throw codec_error{"penstock: bytes of another format"};
    input_archive archive{bytes.subspan(1)};
    T item{};
    archive >> item;
    if (archive.remaining() > 0) {
      throw codec_error{"penstock: " + std::to_string(archive.remaining()) + " bytes are left over"};
    }
    return item;
  } catch (const std::bad_alloc&) {
    throw;  // nothing is wrong with the bytes
  } catch (const std::exception& e) {
    throw codec_error{"can't read " + type_name<T>() + ": " + e.what()};
  }
}

namespace detail {

/// Made once for a type.
template <class T>
const schema_reader& schema_reader_of() {
  static const schema_reader made = [] {
    schema_reader reader = schema_builder::build<T>();
    blank_needless_names(reader.types);
    return reader;
  }();
  return made;
}

}  // namespace detail

/// How `encode` writes a T: the same for all types that are written alike, whatever their names and the
/// compiler. Any thread.
template <class T>
item_schema_ref schema_of() {
  static const item_schema_ref made =
      std::make_shared<const item_schema>(detail::make_schema(detail::schema_reader_of<T>().types));
  return made;
}

/// The item that a program wrote which knew T in another form, `written`: members and enumerators go by their
/// names, numbers must fit, see docs/jobs.md. `notes` may be null. Safe with bytes and schemas of unknown
/// origin. Throws codec_error, which names the member, and std::bad_alloc. Any thread.
template <class T>
T decode(std::span<const std::byte> bytes, const item_schema& written, read_notes* notes = nullptr) {
  if (written.hash == schema_of<T>()->hash) return decode<T>(bytes);
  std::vector<std::byte> today{archive_format};
  try {
    if (bytes.empty() || bytes.front() != archive_format)
      throw codec_error{"penstock: bytes of another format"};
    detail::convert_archive(bytes.subspan(1), written, detail::schema_reader_of<T>(), notes, today);
  } catch (const std::bad_alloc&) {
    throw;  // nothing is wrong with the bytes
  } catch (const std::exception& e) {
    throw codec_error{"can't read " + type_name<T>() + ", written in another form: " + e.what()};
  }
  return decode<T>(today);
}

/// The item of an archive from a file: by its schema, or, from before there were any, on trust where its
/// type's name is T's. Throws as `decode` does. Any thread.
template <class T>
T restore(const written_item& from, read_notes* notes = nullptr) {
  if (from.schema != nullptr) return decode<T>(from.archive, *from.schema, notes);
  if (!from.type.empty() && from.type != type_name<T>()) {
    throw codec_error{"can't read " + type_name<T>() + ": penstock: it is a " + std::string{from.type} +
                      ", written without a schema that tells what that was"};
  }
  if (notes != nullptr) notes->without_schema = true;
  return decode<T>(from.archive);
}

/// Defined here and nowhere else: including this header is what makes items of a program writable.
template <class T>
struct codec_source {
  static const item_codec& get() {
    static const item_codec codec{[](const void* item, std::vector<std::byte>& into) {
                                    encode_into(*static_cast<const T*>(item), into);
                                  },
                                  batch_decoder(),
                                  batch_restorer(),
                                  [](const void* item) { return to_json(*static_cast<const T*>(item)); },
                                  type_name<T>().c_str(),
                                  &schema_of<T>};
    return codec;
  }

 private:
  using decoder = batch (*)(std::span<const std::span<const std::byte>>, std::exception_ptr&);
  using restorer = batch (*)(const written_item&, read_notes*);

  static constexpr decoder batch_decoder() {
    if constexpr (std::is_default_constructible_v<T>) {
      return [](std::span<const std::span<const std::byte>> items, std::exception_ptr& failed) {
        batch_writer<T> writer{static_cast<std::uint32_t>(items.size())};
        try {
          for (const auto bytes : items) writer.emplace(penstock::decode<T>(bytes));
        } catch (...) {
          failed = std::current_exception();
        }
        return writer.finish();
      };
    } else {
      return nullptr;
    }
  }

  static constexpr restorer batch_restorer() {
    if constexpr (std::is_default_constructible_v<T>) {
      return [](const written_item& from, read_notes* notes) {
        batch_writer<T> writer{1};
        writer.emplace(penstock::restore<T>(from, notes));
        return writer.finish();
      };
    } else {
      return nullptr;
    }
  }
};

}  // namespace penstock
