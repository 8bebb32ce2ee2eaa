#pragma once

#include <memory>
#include <string>

namespace penstock {

/// How the items of a type are written down, for programs that know the type in another form. Plain data.
struct item_schema {
  std::string hash;         ///< of the description; 16 hexadecimal digits
  std::string description;  ///< JSON
};

/// Null where nobody knew.
using item_schema_ref = std::shared_ptr<const item_schema>;

}  // namespace penstock
