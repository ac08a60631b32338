#pragma once

#include <string>

#include "config/type_info.h"

namespace telemill::config {

/// A JSON schema (draft 2020-12) of the config struct `type`, for editors: keys, types, ranges,
/// defaults and docs. Every value but text may also be a `${...}` placeholder.
[[nodiscard]] std::string json_schema(const TypeInfo& type);

/// The parts of such a document, for one that is put together from many structs: the schema of one
/// type, and the `$defs` object (without its key) that it refers to.
[[nodiscard]] std::string schema_of(const TypeInfo& type);
[[nodiscard]] std::string schema_definitions();

}  // namespace telemill::config
