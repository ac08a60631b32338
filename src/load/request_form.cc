#include "load/request_form.h"

#include <charconv>

#include "load/field_scan.h"
#include "transport/grpc.h"
#include "wire/json_encoder.h"

namespace telemill::load {
namespace {

namespace grpc = transport::grpc;

constexpr std::array<const wire::Schema*, otlp::signal_count> request_schemas{
    &wire::schema::traces_request, &wire::schema::metrics_request, &wire::schema::logs_request,
    &wire::schema::profiles_request};
/// Of every Export...ServiceResponse.
constexpr uint32_t partial_success = 1, rejected_count = 1;

uint64_t leading_number(std::string_view text) noexcept {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

uint64_t rejected_in_message(std::string_view message) noexcept {
  uint64_t rejected = 0;
  (void)scan_fields(message, [&](const FieldView& field) -> Result<void> {
    if (!field.is_message(partial_success)) return {};
    wire::Cursor in{field.bytes};
    while (!in.at_end()) {
      TELEMILL_ASSIGN(const wire::Tag tag, wire::read_tag(in));
      if (tag.field == rejected_count && tag.type == wire::WireType::varint) {
        TELEMILL_ASSIGN(rejected, wire::read_varint(in));
      } else {
        TELEMILL_TRY(wire::skip_value(in, tag));
      }
    }
    return {};
  });
  return rejected;
}

/// The number after `"rejectedSpans":`, quoted or not. Good enough for a short answer.
uint64_t rejected_in_json(std::string_view json) noexcept {
  const size_t key = json.find("\"rejected");
  if (key == std::string_view::npos) return 0;
  const size_t colon = json.find(':', key);
  if (colon == std::string_view::npos) return 0;
  const size_t digits = json.find_first_of("0123456789", colon);
  return digits == std::string_view::npos ? 0 : leading_number(json.substr(digits));
}

bool is_retryable(grpc::Code code, bool has_delay) noexcept {
  switch (code) {
    case grpc::Code::cancelled:
    case grpc::Code::deadline_exceeded:
    case grpc::Code::aborted:
    case grpc::Code::out_of_range:
    case grpc::Code::unavailable:
    case grpc::Code::data_loss:
      return true;
    case grpc::Code::resource_exhausted:
      return has_delay;
    default:
      return false;
  }
}

Answer read_grpc(const transport::ClientResponse& response) {
  const grpc::Reply reply = grpc::read_reply(response);
  Answer answer;
  answer.code = static_cast<int>(reply.status.code);
  if (reply.status.code == grpc::Code::ok) {
    answer.kind = Answer::Kind::acknowledged;
    if (!reply.is_compressed) answer.rejected_items = rejected_in_message(reply.message.view());
    return answer;
  }
  answer.delay = grpc::retry_delay(reply.status.details);
  answer.is_retryable = is_retryable(reply.status.code, answer.delay.has_value());
  answer.message = reply.status.message;
  return answer;
}

Answer read_http(Protocol protocol, const transport::ClientResponse& response) {
  Answer answer;
  answer.code = response.status;
  if (response.status >= 200 && response.status < 300) {
    answer.kind = Answer::Kind::acknowledged;
    answer.rejected_items = protocol == Protocol::http_json
                                ? rejected_in_json(response.body.view())
                                : rejected_in_message(response.body.view());
    return answer;
  }
  answer.is_retryable = response.status == 429 || response.status == 502 ||
                        response.status == 503 || response.status == 504;
  const std::string_view wish = response.field("retry-after");
  if (!wish.empty()) answer.delay = std::chrono::seconds(leading_number(wish) % 86'400);
  answer.message = response.body.view().substr(0, 200);
  return answer;
}

}  // namespace

RequestForm::RequestForm(const GenSettings& settings) : settings_(settings) {
  const auto& names = otlp::names(settings.workload.signal);
  if (settings.protocol == Protocol::grpc) {
    path_ = names.grpc_path;
    headers_.push_back({"content-type", std::string(grpc::content_type)});
    headers_.push_back({"te", "trailers"});
    if (settings.timeout.count() > 0) {
      headers_.push_back({"grpc-timeout", grpc::format_timeout(settings.timeout)});
    }
    const auto coding = codec::grpc_name(settings.coding);
    if (settings.coding != codec::Coding::identity && coding) {
      headers_.push_back({"grpc-encoding", std::string(*coding)});
    }
  } else {
    path_ = names.http_path;
    headers_.push_back({"content-type", settings.protocol == Protocol::http_json
                                            ? "application/json"
                                            : "application/x-protobuf"});
    const std::string_view coding = codec::http_name(settings.coding);
    if (!coding.empty()) headers_.push_back({"content-encoding", std::string(coding)});
  }
  for (const transport::Header& header : settings.headers) headers_.push_back(header);
}

size_t RequestForm::front_bytes() const noexcept {
  return settings_.protocol == Protocol::grpc ? grpc::prefix_bytes : 0;
}

Result<base::Rope> RequestForm::encode(const base::Slice& framed, char* front) {
  if (settings_.protocol != Protocol::grpc) return encode_http(framed);
  const base::Slice message = framed.sub(grpc::prefix_bytes, framed.size() - grpc::prefix_bytes);
  if (settings_.coding == codec::Coding::identity) {
    grpc::write_prefix(
        {.is_compressed = false, .size_bytes = static_cast<uint32_t>(message.size())}, front);
    return base::Rope(framed);
  }
  TELEMILL_ASSIGN(base::Buffer coded,
                  compressor_.compress(settings_.coding, base::Rope(message), settings_.level));
  base::Buffer prefix(grpc::prefix_bytes);
  grpc::write_prefix({.is_compressed = true, .size_bytes = static_cast<uint32_t>(coded.size())},
                     prefix.extend(grpc::prefix_bytes));
  base::Rope body(std::move(prefix).freeze());
  body.append(std::move(coded).freeze());
  return body;
}

Result<base::Rope> RequestForm::encode_http(const base::Slice& message) {
  base::Slice plain = message;
  if (settings_.protocol == Protocol::http_json) {
    base::Buffer json(3 * message.size());
    TELEMILL_TRY(wire::encode_json(*request_schemas[static_cast<size_t>(settings_.workload.signal)],
                                   message.view(), json));
    plain = std::move(json).freeze();
  }
  if (settings_.coding == codec::Coding::identity) return base::Rope(std::move(plain));
  TELEMILL_ASSIGN(
      base::Buffer coded,
      compressor_.compress(settings_.coding, base::Rope(std::move(plain)), settings_.level));
  return base::Rope(std::move(coded).freeze());
}

transport::ClientRequest RequestForm::request(base::Rope body) const {
  return {.method = "POST",
          .path = path_,
          .headers = headers_,
          .body = std::move(body),
          .timeout = settings_.timeout};
}

Answer read_answer(Protocol protocol, const transport::ClientResponse& response) {
  return protocol == Protocol::grpc ? read_grpc(response) : read_http(protocol, response);
}

}  // namespace telemill::load
