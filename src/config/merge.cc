#include "config/merge.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>
#include <utility>

#include "config/limits.h"

namespace telemill::config {
namespace {

/// Where each key of a mapping stands. Valid until its entries move.
std::unordered_map<std::string_view, size_t> index_of(const Node& mapping) {
  std::unordered_map<std::string_view, size_t> index;
  for (size_t i = 0; i < mapping.entries.size(); ++i) index.emplace(mapping.entries[i].key, i);
  return index;
}

}  // namespace

void merge(Node& base, Node&& over) {
  if (!base.is_mapping() || !over.is_mapping()) {
    base = std::move(over);
    return;
  }
  base.entries.reserve(base.entries.size() + over.entries.size());
  const auto index = index_of(base);
  for (Entry& entry : over.entries) {
    if (const auto found = index.find(entry.key); found == index.end()) {
      base.entries.push_back(std::move(entry));
    } else {
      base.entries[found->second].key_mark = entry.key_mark;
      merge(base.entries[found->second].value, std::move(entry.value));
    }
  }
}

void add_missing(Node& mapping, Node&& more) {
  mapping.entries.reserve(mapping.entries.size() + more.entries.size());
  const auto index = index_of(mapping);
  for (Entry& entry : more.entries) {
    if (!index.contains(entry.key)) mapping.entries.push_back(std::move(entry));
  }
}

void nest_top_keys(Node& root, Problems& problems) {
  constexpr std::string_view delimiter = "::";
  std::vector<Entry> entries = std::move(root.entries);
  root.entries.clear();
  for (Entry& entry : entries) {
    std::vector<std::string> parts;
    std::string_view rest = entry.key;
    for (size_t end = rest.find(delimiter); end != rest.npos; end = rest.find(delimiter)) {
      parts.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end + delimiter.size());
    }
    parts.emplace_back(rest);
    if (parts.size() + measure(entry.value).depth > depth_max) {
      problems.add(Problem{.mark = entry.key_mark,
                           .path = {},
                           .message = fmt::format("nested deeper than {} levels", depth_max),
                           .hint = {},
                           .severity = Severity::error});
      continue;
    }
    Node nested = std::move(entry.value);
    for (size_t i = parts.size(); i-- > 0;) {
      Node outer;
      outer.kind = NodeKind::mapping;
      outer.mark = entry.key_mark;
      outer.entries.push_back(
          {.key = std::move(parts[i]), .key_mark = entry.key_mark, .value = std::move(nested)});
      nested = std::move(outer);
    }
    merge(root, std::move(nested));
  }
}

}  // namespace telemill::config
