#include "load/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <unordered_map>

#include "base/limits.h"
#include "codec/decompressor.h"
#include "otlp/split.h"
#include "otlp/walk.h"
#include "wire/json_decoder.h"

namespace telemill::load {
namespace {

constexpr size_t length_bytes = 4;
constexpr size_t capture_bytes_max = 512_MiB;
constexpr std::string_view zstd_magic{"\x28\xb5\x2f\xfd", 4};
constexpr std::string_view gzip_magic{"\x1f\x8b", 2};

constexpr std::array<const wire::Schema*, otlp::signal_count> request_schemas{
    &wire::schema::traces_request, &wire::schema::metrics_request, &wire::schema::logs_request,
    &wire::schema::profiles_request};

/// Gives what was captured the ordinals and ages that templates are marked with.
class Marker {
 public:
  /// Items are numbered in a first pass, so that children may stand before their parents.
  void number_items(std::string_view request, const Holes& holes) {
    for (const Hole& hole : holes.holes) {
      if (hole.kind == HoleKind::id) ordinals_.try_emplace(load(request, hole), item_count_++);
    }
  }

  /// Writes the marks. Parents that are not in the capture stay what they are.
  void mark(std::string& request, Holes& holes) {
    const UnixNanos latest = latest_time(request, holes);
    std::erase_if(holes.holes, [&](const Hole& hole) {
      return hole.kind == HoleKind::parent_id && !ordinals_.contains(load(request, hole));
    });
    for (const Hole& hole : holes.holes) {
      const uint64_t value = load(request, hole);
      switch (hole.kind) {
        case HoleKind::id:
          store(request, hole, next_item_++);
          break;
        case HoleKind::parent_id:
          store(request, hole, ordinals_[value]);
          break;
        case HoleKind::trace_id:
          store(request, hole,
                traces_.try_emplace(trace_key(request, hole), traces_.size()).first->second);
          break;
        case HoleKind::time:
        case HoleKind::past_time:
          store(request, hole, value == 0 || value > latest ? 0 : latest - value);
          break;
      }
    }
  }

 private:
  static uint64_t load(std::string_view request, const Hole& hole) noexcept {
    uint64_t value = 0;
    std::memcpy(&value, request.data() + hole.offset, sizeof value);
    return value;
  }
  static void store(std::string& request, const Hole& hole, uint64_t value) noexcept {
    std::memcpy(request.data() + hole.offset, &value, sizeof value);
  }
  static uint64_t trace_key(std::string_view request, const Hole& hole) noexcept {
    const uint64_t front = load(request, hole);
    return scramble(front) ^ load(request, {hole.kind, hole.offset + 8});
  }
  static UnixNanos latest_time(std::string_view request, const Holes& holes) noexcept {
    UnixNanos latest = 0;
    for (const Hole& hole : holes.holes) {
      if (hole.kind == HoleKind::time) latest = std::max(latest, load(request, hole));
    }
    return latest;
  }

  std::unordered_map<uint64_t, uint64_t> ordinals_;  // by captured id
  std::unordered_map<uint64_t, uint64_t> traces_;
  uint64_t item_count_ = 0;
  uint64_t next_item_ = 0;
};

Unexpected<Failure> refuse(const std::string& path, std::string_view why) {
  return fail(ErrorCode::corrupt, fmt::format("cannot replay {}: {}", path, why));
}

Result<std::string, Failure> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorCode::unavailable, fmt::format("cannot read {}", path));
  }
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::optional<codec::Coding> coding;
  if (bytes.starts_with(zstd_magic)) coding = codec::Coding::zstd;
  if (bytes.starts_with(gzip_magic)) coding = codec::Coding::gzip;
  if (!coding) return bytes;
  auto plain = codec::Decompressor().decompress(*coding, bytes, capture_bytes_max);
  if (!plain) return refuse(path, plain.error().what);
  return std::string(plain->view());
}

Result<std::vector<base::Slice>> read_framed(std::string_view bytes) {
  std::vector<base::Slice> requests;
  for (size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < length_bytes) return fail("a length is cut short", at);
    size_t size = 0;
    for (size_t i = 0; i < length_bytes; ++i) {
      size = size << 8 | static_cast<uint8_t>(bytes[at + i]);
    }
    at += length_bytes;
    if (size > bytes.size() - at) return fail("a request is cut short", at);
    requests.push_back(base::Slice::copy_of(bytes.substr(at, size)));
    at += size;
  }
  return requests;
}

Result<std::vector<base::Slice>> read_lines(std::string_view text, otlp::Signal signal) {
  std::vector<base::Slice> requests;
  wire::JsonDecoder decoder;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    TELEMILL_ASSIGN(base::Buffer bytes,
                    decoder.decode(*request_schemas[static_cast<size_t>(signal)], line));
    requests.push_back(std::move(bytes).freeze());
  }
  return requests;
}

/// Requests of at most `items_max` items, flat.
Result<std::vector<std::string>> cut(std::vector<base::Slice> requests, otlp::Signal signal,
                                     uint32_t items_max) {
  std::vector<std::string> pieces;
  otlp::Walker walker;
  for (base::Slice& request : requests) {
    TELEMILL_ASSIGN(otlp::Part part, walker.walk(signal, std::move(request)));
    if (part.item_count == 0) continue;
    if (items_max == 0 || part.item_count <= items_max) {
      pieces.emplace_back(part.bytes.view());
      continue;
    }
    otlp::Splitter splitter(otlp::Payload(signal, std::move(part)));
    while (!splitter.done()) {
      const base::Slice piece = splitter.next(items_max).bytes().flatten();
      pieces.emplace_back(piece.view());
    }
  }
  return pieces;
}

Result<std::vector<Template>> make_templates(std::vector<std::string> requests,
                                             otlp::Signal signal) {
  Marker marker;
  std::vector<Holes> holes;
  for (const std::string& request : requests) {
    TELEMILL_ASSIGN(Holes found, find_holes(signal, request));
    marker.number_items(request, found);
    holes.push_back(std::move(found));
  }
  std::vector<Template> templates;
  for (size_t i = 0; i < requests.size(); ++i) {
    marker.mark(requests[i], holes[i]);
    TELEMILL_ASSIGN(Template made, Template::create(signal, std::move(requests[i]), holes[i]));
    templates.push_back(std::move(made));
  }
  return templates;
}

}  // namespace

Result<std::vector<Template>, Failure> read_capture(const std::string& path, otlp::Signal signal,
                                                    uint32_t items_max) {
  TELEMILL_ASSIGN(const std::string bytes, read_file(path));
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string::npos && bytes[first] == '{';
  auto requests = is_json ? read_lines(bytes, signal) : read_framed(bytes);
  if (!requests) return refuse(path, requests.error().what);
  auto pieces = cut(std::move(requests).value(), signal, items_max);
  if (!pieces) return refuse(path, pieces.error().what);
  if (pieces->empty()) return refuse(path, "it holds no items");
  auto templates = make_templates(std::move(pieces).value(), signal);
  if (!templates) return refuse(path, templates.error().what);
  return std::move(templates).value();
}

}  // namespace telemill::load
