#pragma once

#include "config/limits.h"
#include "config/mark.h"
#include "config/node.h"
#include "config/problem.h"
#include "config/sources.h"

namespace telemill::config {

/// Replaces every `${scheme:rest}` and `${NAME}` in the values (not the keys) of `root`, innermost
/// first, until nothing changes; then turns `$$` into `$`. Follows the reference to the byte:
///
/// - A placeholder that is the whole value becomes what its text means as YAML, even a mapping; the
///   text itself stays for string fields. Text that is no YAML, or a string, is taken as it is.
/// - Inside longer text the text is inserted, whatever it is.
/// - `$${X}` stays `${X}`: an odd number of further `$` escapes. The reference then leaves the rest
///   of this value alone, so `$${A} ${B}` keeps `${B}`; so do we.
/// - An unset variable without default is null, with a warning.
///
/// Problems: bad names and URIs, unknown schemes, what a source cannot give, 1000 rounds, `budget`.
/// Documents that have lines of their own get a name in `names`.
void expand(Node& root, const Sources& sources, SourceNames& names, Problems& problems,
            Budget& budget);

}  // namespace telemill::config
