#include "config/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "config/limits.h"

namespace telemill::config {
namespace {

constexpr std::string_view delimiter = "::";
/// A person writes a few of them on a command line; each costs a walk over what is there.
constexpr size_t nested_keys_max = 1000;

std::vector<std::string_view> split(std::string_view key) {
  std::vector<std::string_view> parts;
  for (size_t end = key.find(delimiter); end != key.npos; end = key.find(delimiter)) {
    parts.push_back(key.substr(0, end));
    key.remove_prefix(end + delimiter.size());
  }
  parts.push_back(key);
  return parts;
}

/// Sets what stands at `parts` below `root`, making mappings on the way.
void set_at(Node& root, const std::vector<std::string_view>& parts, Node value, Mark mark) {
  Node* at = &root;
  for (const std::string_view part : parts) {
    if (!at->is_mapping()) {
      *at = Node{};
      at->kind = NodeKind::mapping;
      at->mark = mark;
    }
    Node* below = at->find(part);
    if (below == nullptr) {
      at->entries.push_back({.key = std::string(part), .key_mark = mark, .value = {}});
      below = &at->entries.back().value;
    }
    at = below;
  }
  *at = std::move(value);
}

/// Puts the items of `base`'s list at `key` ahead of those in `over`'s.
void keep_items(const Node& base, Node& over, std::string_view key) {
  const Node* const before = base.find(key);
  Node* const after = over.find(key);
  if (before == nullptr || after == nullptr) return;
  if (!before->is_sequence() || !after->is_sequence()) return;
  std::vector<Node> items = before->items;
  std::unordered_set<std::string_view> names;  // of `before`, whose nodes stay where they are
  for (const Node& item : before->items) names.insert(item.text);
  for (Node& item : after->items) {
    if (!item.is_scalar() || !names.contains(item.text)) items.push_back(std::move(item));
  }
  after->items = std::move(items);
}

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

void keep_listed(const Node& base, Node& over) {
  const Node* const service_before = base.find("service");
  Node* const service = over.find("service");
  if (service_before == nullptr || service == nullptr) return;
  keep_items(*service_before, *service, "extensions");
  const Node* const pipelines_before = service_before->find("pipelines");
  Node* const pipelines = service->find("pipelines");
  if (pipelines_before == nullptr || pipelines == nullptr) return;
  const auto index = index_of(*pipelines_before);
  for (Entry& entry : pipelines->entries) {
    const auto found = index.find(entry.key);
    if (found == index.end()) continue;
    const Node& before = pipelines_before->entries[found->second].value;
    keep_items(before, entry.value, "receivers");
    keep_items(before, entry.value, "exporters");
  }
}

void add_missing(Node& mapping, std::vector<Node> more) {
  size_t count = mapping.entries.size();
  for (const Node& node : more) count += node.entries.size();
  mapping.entries.reserve(count);  // so that the index below stays valid
  auto index = index_of(mapping);
  for (Node& node : more) {
    for (Entry& entry : node.entries) {
      if (index.contains(entry.key)) continue;
      mapping.entries.push_back(std::move(entry));
      index.emplace(mapping.entries.back().key, mapping.entries.size() - 1);
    }
  }
}

void nest_top_keys(Node& root, Problems& problems) {
  std::vector<Entry> nested;
  std::vector<Entry> kept;
  for (Entry& entry : root.entries) {
    const bool is_nested = entry.key.find(delimiter) != std::string::npos;
    (is_nested ? nested : kept).push_back(std::move(entry));
  }
  root.entries = std::move(kept);
  if (nested.empty()) return;
  const auto refuse = [&problems](Mark mark, std::string message) {
    problems.add(Problem{.mark = mark,
                         .path = {},
                         .message = std::move(message),
                         .hint = {},
                         .severity = Severity::error});
  };
  if (nested.size() > nested_keys_max) {
    return refuse(nested.back().key_mark,
                  fmt::format("more than {} keys with \"::\"", nested_keys_max));
  }
  std::ranges::sort(nested, {}, &Entry::key);  // `a::b` before `a::b::c`
  for (Entry& entry : nested) {
    const std::vector<std::string_view> parts = split(entry.key);
    if (parts.size() + measure(entry.value).depth > depth_max) {
      refuse(entry.key_mark, fmt::format("nested deeper than {} levels", depth_max));
    } else {
      set_at(root, parts, std::move(entry.value), entry.key_mark);
    }
  }
}

}  // namespace telemill::config
