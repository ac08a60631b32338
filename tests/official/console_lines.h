#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What debug exporters write to consoles, without what may differ from run to run.
namespace telemill::official {

/// The lines of `text` that debug exporters wrote: without times, levels, the collector's own
/// resource and JSON's optional spaces.
std::vector<std::string> console_lines(const std::string& text);

/// Where two lists of lines part, for people; empty when they are equal.
std::string first_difference(const std::vector<std::string>& theirs,
                             const std::vector<std::string>& ours);

}  // namespace telemill::official
