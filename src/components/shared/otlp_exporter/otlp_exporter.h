#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "components/shared/call_metrics/call_metrics.h"
#include "components/shared/otlp_exporter/exporter_config.h"
#include "otlp/payload.h"
#include "pipeline/component.h"
#include "pipeline/sending_queue.h"
#include "runtime/lane.h"
#include "transport/client.h"

namespace telemill::components::shared {

/// Where an exporter's peer is and how it is spoken to.
struct Peer {
  transport::ClientSettings client;  // without TLS
  bool is_secure = false;
  std::vector<std::string> protocols;  // for ALPN, the preferred first
  std::string url_path;                // of HTTP; empty for gRPC
};

/// What one protocol adds to an exporter of OTLP: requests, and the meaning of answers.
class Protocol {
 public:
  virtual ~Protocol() = default;
  [[nodiscard]] virtual Result<Peer, Failure> peer() const = 0;
  /// A request without the user's headers. An error is final: the payload cannot be said.
  virtual Result<transport::ClientRequest> make_request(const otlp::Payload& payload) = 0;
  /// Whether the user's header of this name (lower case) is the protocol's own business.
  [[nodiscard]] virtual bool reserves(std::string_view header) const noexcept = 0;
  [[nodiscard]] virtual pipeline::Outcome outcome_of(const transport::ClientResponse& response) = 0;
};

/// An exporter of OTLP: queue, batches, retries and counters before a client and its protocol. One
/// signal, one lane. `config` outlives it.
class OtlpExporter final : public pipeline::Exporter, private pipeline::Sender {
 public:
  OtlpExporter(const pipeline::ComponentContext& context, const ExporterConfig& config,
               otlp::Signal signal, std::unique_ptr<Protocol> protocol);
  OtlpExporter(const OtlpExporter&) = delete;
  OtlpExporter& operator=(const OtlpExporter&) = delete;
  ~OtlpExporter() override { queue_.close(); }

  /// Connects in the background: a peer that is down is no failure.
  Result<void, Failure> start() override;
  void consume(pipeline::Batch batch) override { queue_.consume(std::move(batch)); }
  void drain(base::UniqueFunction<void()> done) override { queue_.drain(std::move(done)); }

 private:
  using Done = base::UniqueFunction<void(pipeline::Outcome)>;
  struct Unsaid {
    Done done;
    pipeline::Outcome outcome;
  };

  void send(const pipeline::Outgoing& outgoing, Done done) override;
  Result<void, Failure> find_authenticator(const Peer& peer);
  Result<void, Failure> write_headers(transport::ClientRequest& request) const;
  [[nodiscard]] pipeline::Outcome outcome_of(const transport::ClientResult& result);
  void measure_calls(const Peer& peer);
  [[nodiscard]] bool measures_calls() const noexcept { return http_calls_ || rpc_calls_; }
  void note_call(const transport::ClientResult& result, const pipeline::Outcome& outcome,
                 TimePoint start, size_t body_bytes);
  /// Tells the status board when the peer begins to fail and when it is well again.
  void note(const pipeline::Outcome& outcome);
  void tell_later(Done done, pipeline::Outcome outcome);
  void tell_unsaid();

  const pipeline::ComponentContext context_;
  const ExporterConfig& config_;
  const std::unique_ptr<Protocol> protocol_;
  pipeline::ClientAuthenticator* authenticator_ = nullptr;  // null: we show nothing
  bool is_failing_ = false;
  bool is_secure_ = false;
  std::unique_ptr<HttpCalls> http_calls_;  // one of both where calls are measured
  std::unique_ptr<RpcCalls> rpc_calls_;
  const otlp::Signal signal_;
  std::deque<Unsaid> unsaid_;  // ended before they were sent; told in the lane's next step
  runtime::Timer unsaid_timer_;
  pipeline::SendingQueue queue_;
  std::unique_ptr<transport::Client> client_;  // goes first: it may still answer the queue
};

}  // namespace telemill::components::shared
