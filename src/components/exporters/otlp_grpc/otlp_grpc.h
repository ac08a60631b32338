#pragma once

#include <memory>
#include <optional>
#include <string>

#include "codec/coding.h"
#include "codec/compressor.h"
#include "components/shared/tls_config/tls_config.h"
#include "config/fields.h"
#include "config/headers.h"
#include "pipeline/component.h"
#include "pipeline/sending_queue.h"
#include "transport/client.h"

namespace telemill::components::exporters::otlp_grpc {

enum class Compression : uint8_t { none, gzip, zstd, snappy };
constexpr auto config_names(Compression) {
  return std::array{config::EnumName<Compression>{"gzip", Compression::gzip},
                    config::EnumName<Compression>{"zstd", Compression::zstd},
                    config::EnumName<Compression>{"snappy", Compression::snappy},
                    config::EnumName<Compression>{"none", Compression::none},
                    config::EnumName<Compression>{"", Compression::none}};
}

struct KeepaliveConfig {
  Duration time = std::chrono::seconds(10);
  Duration timeout = std::chrono::seconds(10);
  bool permit_without_stream = false;

  static constexpr auto fields = std::tuple{
      config::field("time", &KeepaliveConfig::time, "Ping a silent server after this long."),
      config::field("timeout", &KeepaliveConfig::timeout, "Reconnect when a ping goes unanswered."),
      config::field("permit_without_stream", &KeepaliveConfig::permit_without_stream,
                    "Ping without running calls, too."),
  };
};

struct OtlpGrpcConfig {
  std::string endpoint;
  Duration timeout = std::chrono::seconds(5);
  Compression compression = Compression::gzip;
  config::Headers headers;
  shared::ClientTlsConfig tls;
  std::optional<KeepaliveConfig> keepalive;
  std::string balancer_name = "round_robin";
  std::string authority;
  std::string user_agent;
  int64_t read_buffer_size = 0;
  int64_t write_buffer_size = 524288;
  pipeline::SendingQueueConfig sending_queue;
  pipeline::RetryConfig retry_on_failure;

  static constexpr auto fields = std::tuple{
      config::field("endpoint", &OtlpGrpcConfig::endpoint,
                    "host:port, dns:///host:port, unix:///path; https:// forces TLS."),
      config::field("timeout", &OtlpGrpcConfig::timeout, "Per attempt; 0: none."),
      config::field("compression", &OtlpGrpcConfig::compression, "Coding of requests."),
      config::field("headers", &OtlpGrpcConfig::headers, "Sent with every call."),
      config::field("tls", &OtlpGrpcConfig::tls, "TLS is on unless `insecure` is true."),
      config::field("keepalive", &OtlpGrpcConfig::keepalive, "Pings; absent: none."),
      config::field("balancer_name", &OtlpGrpcConfig::balancer_name,
                    "round_robin or pick_first over the endpoint's addresses."),
      config::field("authority", &OtlpGrpcConfig::authority, "Replaces :authority."),
      config::field("user_agent", &OtlpGrpcConfig::user_agent, "Replaces our user agent."),
      config::field("read_buffer_size", &OtlpGrpcConfig::read_buffer_size,
                    "Read for compatibility; buffers size themselves."),
      config::field("write_buffer_size", &OtlpGrpcConfig::write_buffer_size,
                    "Read for compatibility; buffers size themselves."),
      config::field("sending_queue", &OtlpGrpcConfig::sending_queue, "What waits for the peer."),
      config::field("retry_on_failure", &OtlpGrpcConfig::retry_on_failure, "What is sent again."),
      config::accepted("wait_for_ready", "calls wait for the first connection in any case"),
      config::not_yet("auth", "client authentication"),
      config::not_yet("middlewares", "middlewares"),
  };
  [[nodiscard]] config::Problems check() const;
};

/// Sends OTLP over gRPC: merged requests leave as linked bytes, each lane over a connection of its
/// own. Compression from one kilobyte on.
class OtlpGrpc final : public pipeline::Exporter, private pipeline::Sender {
 public:
  OtlpGrpc(const pipeline::ComponentContext& context, const OtlpGrpcConfig& config,
           otlp::Signal signal);
  OtlpGrpc(const OtlpGrpc&) = delete;
  OtlpGrpc& operator=(const OtlpGrpc&) = delete;
  ~OtlpGrpc() override { queue_.close(); }

  Result<void, Failure> start() override;
  void consume(pipeline::Batch batch) override { queue_.consume(std::move(batch)); }
  void drain(base::UniqueFunction<void()> done) override { queue_.drain(std::move(done)); }

 private:
  void send(const otlp::Payload& payload,
            base::UniqueFunction<void(pipeline::Outcome)> done) override;
  [[nodiscard]] base::Rope frame(const otlp::Payload& payload, bool& is_compressed);
  [[nodiscard]] pipeline::Outcome outcome_of(transport::ClientResult result) const;

  const pipeline::ComponentContext context_;
  const OtlpGrpcConfig& config_;
  const otlp::Signal signal_;
  const codec::Coding coding_;
  codec::Compressor compressor_;
  pipeline::SendingQueue queue_;
  std::unique_ptr<transport::Client> client_;  // goes first: it may still answer the queue
};

const pipeline::Factory& factory();

}  // namespace telemill::components::exporters::otlp_grpc
