#pragma once

#include <string_view>

#include "config/node.h"
#include "config/problem.h"
#include "config/type_info.h"

namespace telemill::config {

/// Decodes `node` onto the object at `target`, which `type` describes; fields.h has the typed form.
///
/// A missing key and a null struct, list or map keep their defaults; a null scalar becomes zero or
/// empty, as in the reference (so `${env:UNSET}` never passes for a default). A list replaces the
/// default list, a map adds to the default map. A string where a list is wanted is split at commas.
/// Unknown keys and keys not yet supported are errors. When all is decoded, `check()` of every
/// struct runs; what it says about a place that failed already is dropped.
void decode(const TypeInfo& type, void* target, const Node& node, std::string_view path,
            Problems& problems);

}  // namespace telemill::config
