#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace telemill::components::shared {

/// Whether `path` matches `pattern`: * and ? within a name, [a-z] and [^a-z], {one,two}, \ before a
/// character that stands for itself, and ** as a whole segment for any number of directories.
/// A broken pattern matches nothing.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view path);
/// What is wrong with a pattern, or nothing.
[[nodiscard]] std::string_view glob_problem(std::string_view pattern) noexcept;

/// The regular files, or links to them, that match one of `include` and none of `exclude`, each
/// once, sorted. ** does not go through linked directories, so loops end. Stops at `paths_max`.
[[nodiscard]] std::vector<std::string> find_files(const std::vector<std::string>& include,
                                                  const std::vector<std::string>& exclude,
                                                  size_t paths_max);

}  // namespace telemill::components::shared
