#include "components/receivers/otlp_json_file/document_reader.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "otlp/frame.h"
#include "otlp/schema.h"
#include "otlp/views.h"
#include "wire/cursor.h"
#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::components::receivers::otlp_json_file {
namespace {

namespace outer = wire::field::outer;

constexpr size_t documents_max = 100;  // of one haul, as the reference hands lines on
constexpr size_t haul_bytes_max = 1_MiB;

std::string_view skip_space(std::string_view text) noexcept {
  const size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

struct FileAttribute {
  std::string_view key;
  std::string value;
};

std::vector<FileAttribute> attributes_of(const shared::FollowConfig& config,
                                         const std::string& path) {
  std::vector<FileAttribute> attributes;
  const std::filesystem::path given(path);
  if (config.include_file_name) {
    attributes.push_back({"log.file.name", given.filename().string()});
  }
  if (config.include_file_path) attributes.push_back({"log.file.path", path});
  if (!config.include_file_name_resolved && !config.include_file_path_resolved) return attributes;
  std::error_code error;
  const auto resolved = std::filesystem::canonical(given, error);
  if (error) return attributes;  // it is gone by now
  if (config.include_file_name_resolved) {
    attributes.push_back({"log.file.name_resolved", resolved.filename().string()});
  }
  if (config.include_file_path_resolved) {
    attributes.push_back({"log.file.path_resolved", resolved.string()});
  }
  return attributes;
}

void append_attribute(wire::Writer& writer, const FileAttribute& attribute) {
  const size_t pair = writer.open(wire::field::resource::attributes);
  writer.bytes(wire::field::key_value::key, attribute.key);
  const size_t value = writer.open(wire::field::key_value::value);
  writer.bytes(wire::field::any_value::string_value, attribute.value);
  writer.close(value);
  writer.close(pair);
}

bool has_attribute(const otlp::ResourceView& resource, std::string_view key) {
  for (const otlp::KeyValueView pair : resource.attributes()) {
    if (pair.key() == key) return true;
  }
  return false;
}

/// The fields of a resource entry with more attributes in its resource. What the file says about
/// itself stays.
base::Buffer frame_with(std::string_view frame, const std::vector<FileAttribute>& attributes) {
  const otlp::ResourceView resource = otlp::ResourceEntryView(frame).resource();
  base::Buffer out;
  wire::Writer writer(out);
  const size_t opened = writer.open(outer::resource);
  out.append(resource.content());
  for (const FileAttribute& attribute : attributes) {
    if (!has_attribute(resource, attribute.key)) append_attribute(writer, attribute);
  }
  writer.close(opened);
  wire::Cursor in{frame};
  while (!in.at_end()) {
    const size_t begin = in.offset();
    const auto tag = wire::read_tag(in);
    if (!tag || !wire::skip_value(in, *tag)) break;  // the walk has seen it: it is whole
    if (tag->field != outer::resource) out.append(frame.substr(begin, in.offset() - begin));
  }
  return out;
}

}  // namespace

std::optional<otlp::Signal> signal_of(std::string_view line) noexcept {
  line = skip_space(line);
  if (!line.starts_with('{')) return std::nullopt;
  line = skip_space(line.substr(1));
  if (!line.starts_with('"')) return std::nullopt;
  const std::string_view key = line.substr(1, line.substr(1).find('"'));
  if (key == "resourceSpans" || key == "resource_spans") return otlp::Signal::traces;
  if (key == "resourceMetrics" || key == "resource_metrics") return otlp::Signal::metrics;
  if (key == "resourceLogs" || key == "resource_logs") return otlp::Signal::logs;
  if (key == "resourceProfiles" || key == "resource_profiles") return otlp::Signal::profiles;
  return std::nullopt;
}

DocumentReader::DocumentReader(const shared::FollowConfig& config, bool replays,
                               pipeline::Signals wanted)
    : config_(config), wanted_(wanted), follower_(config, replays) {
  haul_.has_more = false;
}

Haul DocumentReader::next(TimePoint now, UnixNanos unix_now) {
  if (!std::exchange(haul_.has_more, false)) follower_.poll(now, unix_now);
  haul_ = {};
  haul_bytes_ = 0;
  const bool has_more = follower_.read(*this, now);
  haul_.has_more = has_more;
  Haul haul = std::move(haul_);
  haul_ = {};
  haul_.has_more = has_more;
  return haul;
}

bool DocumentReader::is_full() const noexcept {
  return haul_.documents.size() >= documents_max || haul_bytes_ >= haul_bytes_max;
}

bool DocumentReader::take(const shared::FollowedLine& line) {
  auto document = line.kind == shared::LineKind::piece
                      ? fail("the line is longer than max_log_size", 0, ErrorCode::over_limit)
                      : decode(line.bytes);
  if (!document) {
    // Whoever writes the file may not be done with this line.
    if (line.kind == shared::LineKind::unfinished) return false;
    if (haul_.undecodable_lines++ == 0) {
      haul_.first_problem =
          line.path + ", byte " + std::to_string(line.offset) + ": " + document.error().what;
    }
    return true;
  }
  haul_bytes_ += line.bytes.size();
  if (!*document) return true;
  note_file(**document, line.path);
  haul_.documents.push_back(*std::move(*document));
  return true;
}

Result<std::optional<Document>> DocumentReader::decode(std::string_view line) {
  const auto known = signal_of(line);
  if (known && !wanted_.has(*known)) return std::optional<Document>();
  Error first_error{"no signal is wanted"};
  bool is_decodable = false;
  for (const otlp::Signal signal : otlp::all_signals) {
    if (!wanted_.has(signal) || (known && signal != *known)) continue;
    auto part = decode_as(signal, line);
    if (!part) {
      first_error = part.error();
      continue;
    }
    is_decodable = true;
    if (part->item_count > 0) return std::optional(Document{signal, *std::move(part)});
  }
  if (!is_decodable) return Unexpected<Error>(first_error);
  return std::optional<Document>();
}

Result<otlp::Part> DocumentReader::decode_as(otlp::Signal signal, std::string_view line) {
  TELEMILL_ASSIGN(base::Buffer request, json_.decode(otlp::request_schema(signal), line));
  return walker_.walk(signal, std::move(request).freeze());
}

void DocumentReader::note_file(Document& document, const std::string& path) {
  const std::vector<FileAttribute> attributes = attributes_of(config_, path);
  if (attributes.empty()) return;
  splice_.begin(document.part);
  std::vector<base::Buffer> frames;
  const auto resources = document.part.table.resources();
  frames.reserve(resources.size());
  for (uint32_t i = 0; i < resources.size(); ++i) {
    const otlp::Frame frame = otlp::frame_of(document.part, resources[i]);
    frames.push_back(frame_with(frame.bytes, attributes));
    splice_.set_resource_frame(i, frames.back().view());
  }
  document.part = splice_.apply(document.signal);
}

}  // namespace telemill::components::receivers::otlp_json_file
