#include "components/exporters/file/grouping.h"

#include <filesystem>
#include <optional>
#include <unordered_map>

#include "otlp/frame.h"
#include "otlp/views.h"
#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::components::exporters::file {
namespace {

constexpr size_t path_bytes_max = 4095;  // of Linux, the final zero apart
constexpr size_t name_bytes_max = 255;   // of one file or directory

std::optional<std::string_view> text_of(const otlp::ResourceEntryView& entry,
                                        std::string_view attribute) {
  for (const otlp::KeyValueView pair : entry.resource().attributes()) {
    if (pair.key() != attribute) continue;
    const otlp::AnyValueView value = pair.value();
    if (value.kind() != otlp::ValueKind::string) return std::nullopt;
    return value.string();
  }
  return std::nullopt;
}

/// As the reference cleans it: "." and "..", doubled and final slashes are resolved in the text.
std::string clean(std::string_view path) {
  std::string cleaned = std::filesystem::path(path).lexically_normal().string();
  if (cleaned.size() > 1 && cleaned.ends_with('/')) cleaned.pop_back();
  return cleaned;
}

bool has_long_name(std::string_view path) noexcept {
  size_t begin = 0;
  for (size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && path[i] != '/') continue;
    if (i - begin > name_bytes_max) return true;
    begin = i + 1;
  }
  return false;
}

}  // namespace

std::vector<Group> group_by(const otlp::Payload& payload, std::string_view attribute) {
  std::vector<Group> groups;
  std::unordered_map<std::string_view, size_t> known;
  for (const otlp::Part& part : payload.parts()) {
    const otlp::Frame frame = otlp::frame_of(part);  // a dictionary goes with each group
    for (const otlp::ResourceRow& row : part.table.resources()) {
      const std::string_view content =
          part.bytes.view().substr(row.content.offset, row.content.size);
      const auto segment = text_of(otlp::ResourceEntryView(content), attribute);
      if (!segment) continue;
      const auto [place, is_new] = known.try_emplace(*segment, groups.size());
      if (is_new) {
        groups.push_back({std::string(*segment), {}});
        groups.back().request.append(frame.bytes);
      }
      wire::Writer(groups[place->second].request)
          .bytes(wire::field::outer::request_resources, content);
    }
  }
  return groups;
}

Result<std::string> group_path(std::string_view prefix, std::string_view segment,
                               std::string_view suffix) {
  if (segment.find('\0') != std::string_view::npos) return fail("path segment has a zero byte");
  std::string base = clean(prefix);
  if (prefix.ends_with('/') && !base.ends_with('/')) base += '/';
  if (segment.starts_with("./")) {
    segment.remove_prefix(1);
  } else if (segment.starts_with("../")) {
    segment.remove_prefix(2);
  }
  std::string path = clean(base + std::string(segment) + std::string(suffix));
  if (!path.starts_with(base) || path.size() == base.size()) {
    // It would leave: what it names is looked for below the prefix, as in a root of its own.
    std::string below = clean("/" + std::string(segment) + std::string(suffix));
    if (below == "/") return fail("path segment names no file");
    path = clean(base + below);
  }
  if (path.size() > path_bytes_max || has_long_name(path)) return fail("path segment is too long");
  return path;
}

}  // namespace telemill::components::exporters::file
