#pragma once

#include <cstddef>
#include <string_view>

#include "config/node.h"
#include "config/problem.h"
#include "config/type_info.h"

namespace telemill::config {

/// Runs `check()` of the struct behind `type` and of every struct below it, absent ones included,
/// and adds what they say under `path`, placed where `node` has the key. What concerns a place
/// where `problems` has an error at or after index `first` is dropped: it failed already.
void run_checks(const TypeInfo& type, const void* value, const Node& node, std::string_view path,
                size_t first, Problems& problems);

/// The place of `key` (`a[2]::b` goes down) below `node`, as near as the file has it; `mark` when
/// it has nothing of it.
[[nodiscard]] Mark locate(const Node* node, std::string_view key, Mark mark);

}  // namespace telemill::config
