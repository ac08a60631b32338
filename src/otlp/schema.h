#pragma once

#include "otlp/signal.h"
#include "wire/schema.h"

namespace telemill::otlp {

/// The Export...ServiceRequest of a signal.
[[nodiscard]] inline const wire::Schema& request_schema(Signal signal) noexcept {
  switch (signal) {
    case Signal::traces:
      return wire::schema::traces_request;
    case Signal::metrics:
      return wire::schema::metrics_request;
    case Signal::logs:
      return wire::schema::logs_request;
    case Signal::profiles:
      break;
  }
  return wire::schema::profiles_request;
}

/// The Export...ServiceResponse of a signal.
[[nodiscard]] inline const wire::Schema& response_schema(Signal signal) noexcept {
  switch (signal) {
    case Signal::traces:
      return wire::schema::traces_response;
    case Signal::metrics:
      return wire::schema::metrics_response;
    case Signal::logs:
      return wire::schema::logs_response;
    case Signal::profiles:
      break;
  }
  return wire::schema::profiles_response;
}

}  // namespace telemill::otlp
