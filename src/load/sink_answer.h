#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/units.h"
#include "transport/http.h"

/// What a sink says, in the words of each protocol (the OTLP specification's responses).
namespace telemill::load {

/// How a request is spoken, as far as answers depend on it.
enum class Speech : uint8_t { grpc, http_protobuf, http_json };

transport::Response accept_answer(Speech speech, uint64_t rejected_items);
/// `code` is a gRPC code (below 100) or an HTTP status; each protocol hears its own kind.
transport::Response refuse_answer(Speech speech, int code, std::string_view message,
                                  std::optional<Duration> retry_after);

}  // namespace telemill::load
