#include "components/receivers/otlp/status_json.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "transport/grpc.h"
#include "wire/json_encoder.h"
#include "wire/schema.h"
#include "wire/varint.h"

namespace telemill::components::receivers::otlp {
namespace {

constexpr uint32_t details_field = 3;

/// protobuf's JSON form of a duration: no digits after the point, or three, six or nine.
std::string duration_text(Duration duration) {
  const int64_t nanos_in_all = duration.count();
  const int64_t seconds = nanos_in_all / 1'000'000'000;
  const int64_t nanos = nanos_in_all % 1'000'000'000;
  if (nanos == 0) return fmt::format("{}s", seconds);
  if (nanos % 1'000'000 == 0) return fmt::format("{}.{:03}s", seconds, nanos / 1'000'000);
  if (nanos % 1'000 == 0) return fmt::format("{}.{:06}s", seconds, nanos / 1'000);
  return fmt::format("{}.{:09}s", seconds, nanos);
}

/// A status cut into what is no detail, and one status per detail.
struct Parts {
  std::string head;
  std::vector<std::string_view> details;
};
Result<Parts> split(std::string_view status) {
  Parts parts;
  wire::Cursor in{status};
  while (!in.at_end()) {
    const size_t begin = in.offset();
    TELEMILL_ASSIGN(const wire::Tag tag, wire::read_tag(in));
    TELEMILL_TRY(wire::skip_value(in, tag));
    const std::string_view field = status.substr(begin, in.offset() - begin);
    if (tag.field == details_field) {
      parts.details.push_back(field);
    } else {
      parts.head.append(field);
    }
  }
  return parts;
}

/// One detail: what stands between the brackets of `details`.
Result<void> append_detail(std::string_view status_of_one, base::Buffer& json) {
  if (const auto delay = transport::grpc::retry_delay(status_of_one)) {
    json.append(R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")");
    json.append(duration_text(*delay));
    json.append("\"}");
    return {};
  }
  constexpr std::string_view before = R"({"details":[)";
  constexpr std::string_view behind = "]}";
  base::Buffer whole;
  TELEMILL_TRY(wire::encode_json(wire::schema::rpc_status, status_of_one, whole));
  json.append(whole.view().substr(before.size(), whole.size() - before.size() - behind.size()));
  return {};
}

Result<void> append_status(std::string_view status, base::Buffer& json) {
  TELEMILL_ASSIGN(const Parts parts, split(status));
  TELEMILL_TRY(wire::encode_json(wire::schema::rpc_status, parts.head, json));
  if (parts.details.empty()) return {};
  json.truncate(json.size() - 1);  // the closing brace
  json.append(parts.head.empty() ? R"("details":[)" : R"(,"details":[)");
  for (const std::string_view detail : parts.details) {
    if (detail.data() != parts.details.front().data()) json.push_back(',');
    TELEMILL_TRY(append_detail(detail, json));
  }
  json.append("]}");
  return {};
}

}  // namespace

base::Slice status_json(std::string_view status) {
  base::Buffer json;
  if (!append_status(status, json)) {
    json.clear();
    json.append("{}");
  }
  return std::move(json).freeze();
}

}  // namespace telemill::components::receivers::otlp
