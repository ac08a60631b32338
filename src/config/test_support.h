#pragma once

#include <string>
#include <string_view>

#include "config/node.h"
#include "config/problem.h"

/// What this module's tests share.
namespace telemill::config::test {

/// Reads `text`; a failed test when it has a problem.
Node must_read(std::string_view text);
/// The problems of `text`, rendered with the file name `t.yaml`.
std::string problems_of(std::string_view text);
/// A tree in one line: `{a: 1, b: "1", c: [null]}`; text-style scalars are quoted.
std::string flat(const Node& node);
std::string rendered(const Problems& problems);

}  // namespace telemill::config::test
