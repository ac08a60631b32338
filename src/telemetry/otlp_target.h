#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_function.h"
#include "codec/compressor.h"
#include "otlp/signal.h"
#include "pipeline/outcome.h"
#include "runtime/endpoint.h"
#include "runtime/lane.h"
#include "runtime/worker.h"
#include "telemetry/metrics_config.h"
#include "transport/client.h"

namespace telemill::telemetry {

/// Where an OTLP peer listens.
struct Target {
  runtime::Endpoint endpoint;
  std::string authority;
  std::string path;
  bool is_secure = false;
};
/// Fails with a sentence that quotes the endpoint. `path` is for URLs without one.
Result<Target, Failure> parse_target(const OtlpConfig& config, std::string_view path);

/// Sends whole export requests of one signal to a peer, over gRPC or HTTP. One lane.
class OtlpSender {
 public:
  /// Fails when TLS files cannot be read. `config` outlives the sender.
  static Result<std::unique_ptr<OtlpSender>, Failure> create(const OtlpConfig& config,
                                                             otlp::Signal signal,
                                                             runtime::Lane& lane,
                                                             runtime::Worker& worker);

  /// `done` is called once, never inside `send`, unless the sender is destroyed before.
  void send(base::Slice message, Duration timeout,
            base::UniqueFunction<void(pipeline::Outcome)> done);

 private:
  OtlpSender(const OtlpConfig& config, runtime::Lane& lane)
      : config_(config), lane_(lane), headers_(config.all_headers()) {}

  [[nodiscard]] base::Rope compressed(const base::Rope& message);
  [[nodiscard]] pipeline::Outcome outcome_of(transport::ClientResult result) const;

  const OtlpConfig& config_;
  runtime::Lane& lane_;
  const std::vector<config::Header> headers_;
  std::string path_;
  codec::Compressor compressor_;
  std::unique_ptr<transport::Client> client_;
};

}  // namespace telemill::telemetry
