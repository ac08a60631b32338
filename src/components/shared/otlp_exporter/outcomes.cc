#include "components/shared/otlp_exporter/outcomes.h"

#include <charconv>
#include <ctime>

#include "wire/varint.h"

namespace telemill::components::shared {
namespace {

namespace grpc = transport::grpc;
using pipeline::Outcome;
using pipeline::OutcomeClass;

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

uint8_t grpc_code_of(int http_status) noexcept {
  switch (http_status) {
    case 400:
      return static_cast<uint8_t>(grpc::Code::invalid_argument);
    case 401:
      return static_cast<uint8_t>(grpc::Code::unauthenticated);
    case 403:
      return static_cast<uint8_t>(grpc::Code::permission_denied);
    case 404:
      return static_cast<uint8_t>(grpc::Code::unimplemented);
    case 429:
      return static_cast<uint8_t>(grpc::Code::resource_exhausted);
    case 502:
    case 503:
    case 504:
      return static_cast<uint8_t>(grpc::Code::unavailable);
    default:
      return static_cast<uint8_t>(grpc::Code::unknown);
  }
}

Result<PartialSuccess> read_rejection(std::string_view message) {
  PartialSuccess partial;
  wire::Cursor in{message};
  while (!in.at_end()) {
    TELEMILL_ASSIGN(const wire::Tag tag, wire::read_tag(in));
    if (tag == wire::Tag{1, wire::WireType::varint}) {
      TELEMILL_ASSIGN(const uint64_t rejected, wire::read_varint(in));
      partial.rejected_items = static_cast<int64_t>(rejected);
    } else if (tag == wire::Tag{2, wire::WireType::length_delimited}) {
      TELEMILL_ASSIGN(partial.message, wire::read_bytes(in));
    } else {
      TELEMILL_TRY(wire::skip_value(in, tag));
    }
  }
  return partial;
}

}  // namespace

Outcome outcome_of(const grpc::Status& status) {
  if (status.code == grpc::Code::ok) return Outcome::ok();
  const auto delay = grpc::retry_delay(status.details);
  const bool retryable = is_retryable(status.code, delay.has_value());
  return {.cls = retryable ? OutcomeClass::retryable : OutcomeClass::permanent,
          .grpc_code = static_cast<uint8_t>(status.code),
          .delay = retryable ? delay : std::nullopt,
          .message = status.message,
          .details = status.details};
}

std::optional<Duration> parse_retry_after(std::string_view text, UnixNanos unix_now) {
  uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && end == text.data() + text.size()) {
    return std::chrono::seconds(seconds);
  }
  std::tm date{};
  const std::string terminated(text);
  const char* const rest = ::strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const auto now_seconds = static_cast<int64_t>(unix_now / 1'000'000'000);
  const int64_t left = static_cast<int64_t>(::timegm(&date)) - now_seconds;
  return std::chrono::seconds(left > 0 ? left : 0);
}

Outcome outcome_of(const transport::ClientResponse& response, UnixNanos unix_now) {
  if (response.status >= 200 && response.status < 300) return Outcome::ok();
  const int status = response.status;
  Outcome outcome{.cls = status == 429 || status == 502 || status == 503 || status == 504
                             ? OutcomeClass::retryable
                             : OutcomeClass::permanent,
                  .grpc_code = grpc_code_of(status),
                  .message = "peer answered HTTP status " + std::to_string(status)};
  if (status == 429 || status == 503) {
    outcome.delay = parse_retry_after(response.field("retry-after"), unix_now);
  }
  return outcome;
}

Result<PartialSuccess> read_partial_success(std::string_view response) {
  PartialSuccess partial;
  wire::Cursor in{response};
  while (!in.at_end()) {
    TELEMILL_ASSIGN(const wire::Tag tag, wire::read_tag(in));
    if (tag == wire::Tag{1, wire::WireType::length_delimited}) {
      TELEMILL_ASSIGN(const std::string_view message, wire::read_bytes(in));
      TELEMILL_ASSIGN(partial, read_rejection(message));
    } else {
      TELEMILL_TRY(wire::skip_value(in, tag));
    }
  }
  return partial;
}

void note_partial_success(const PartialSuccess& partial, const log::Logger& logger) {
  if (partial.rejected_items == 0 && partial.message.empty()) return;
  logger.warn("Partial success response",
              {{"message", partial.message}, {"rejected_items", partial.rejected_items}});
}

}  // namespace telemill::components::shared
