#pragma once

#include <cstdint>
#include <optional>

#include "components/shared/tls_config/tls_config.h"
#include "config/fields.h"
#include "config/headers.h"
#include "pipeline/authentication.h"
#include "pipeline/retry.h"
#include "pipeline/sending_queue_config.h"

namespace telemill::components::shared {

/// The settings that exporters of OTLP have in common, whatever they speak below it.
struct ExporterConfig {
  config::Headers headers;
  ClientTlsConfig tls;
  int64_t read_buffer_size = 0;
  int64_t write_buffer_size = 524288;
  pipeline::SendingQueueConfig sending_queue;
  pipeline::RetryConfig retry_on_failure;
  std::optional<pipeline::ClientAuthConfig> auth;

  static constexpr auto fields = std::tuple{
      config::field("headers", &ExporterConfig::headers,
                    "Sent with every request: a mapping or a list of {name, value}."),
      config::field("tls", &ExporterConfig::tls,
                    "For gRPC on unless `insecure` is true; for HTTP as the URL says."),
      config::field("read_buffer_size", &ExporterConfig::read_buffer_size,
                    "Read for compatibility; buffers size themselves."),
      config::field("write_buffer_size", &ExporterConfig::write_buffer_size,
                    "Read for compatibility; buffers size themselves."),
      config::field("sending_queue", &ExporterConfig::sending_queue, "What waits for the peer."),
      config::field("retry_on_failure", &ExporterConfig::retry_on_failure, "What is sent again."),
      config::field("auth", &ExporterConfig::auth, "Who we say we are; absent: nobody."),
      config::not_yet("middlewares", "middlewares"),
  };
};

}  // namespace telemill::components::shared
