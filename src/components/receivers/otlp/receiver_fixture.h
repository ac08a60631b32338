#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/coding.h"
#include "pipeline/component.h"
#include "pipeline/outcome.h"
#include "runtime/lane.h"
#include "runtime/memory_budget.h"
#include "runtime/metrics.h"
#include "runtime/worker.h"
#include "transport/client.h"
#include "transport/grpc.h"

/// What the receiver's tests share: a receiver as its factory makes it, on the test's own lane,
/// before a pipeline that says what the test wants; and clients for its real sockets.
namespace telemill::components::receivers::otlp::testing {

using telemill::otlp::Signal;

/// Remembers what came and settles it with `outcome`, at once or when told to.
class ScriptedPipeline final : public pipeline::Consumer {
 public:
  struct Seen {
    Signal signal;
    std::string bytes;
    size_t item_count;
    pipeline::RequestContextPtr context;
  };
  void consume(pipeline::Batch batch) override;
  /// Settles what is held.
  void release();

  pipeline::Outcome outcome;
  bool holds = false;
  std::vector<Seen> seen;
  std::vector<pipeline::Completion> held;
};

/// A request as a test writes it.
struct Post {
  std::string path = "/v1/traces";
  std::string body;
  std::string content_type = "application/x-protobuf";  // empty: none
  std::vector<transport::Header> headers{};
  std::string_view method = "POST";
};
/// A call as a test writes it; `frame` is what goes over the wire.
struct Call {
  std::string path = std::string(telemill::otlp::names(Signal::traces).grpc_path);
  std::string frame;
  std::vector<transport::Header> headers{};  // besides content-type
  std::string content_type = "application/grpc";
};

class ExtensionsOfTest;

class ReceiverFixture {
 public:
  /// `protocols` is the receiver's YAML below `protocols:`; `signals` have a pipeline; `extensions`
  /// is YAML too, of those that run.
  explicit ReceiverFixture(const std::string& protocols = default_protocols,
                           std::initializer_list<Signal> signals = {Signal::traces, Signal::metrics,
                                                                    Signal::logs, Signal::profiles},
                           size_t budget_bytes = 64 << 20, const std::string& extensions = {});
  ReceiverFixture(const ReceiverFixture&) = delete;
  ReceiverFixture& operator=(const ReceiverFixture&) = delete;
  ~ReceiverFixture();

  static constexpr const char* default_protocols =
      "grpc: {endpoint: '127.0.0.1:0'}\nhttp: {endpoint: '127.0.0.1:0'}\n";

  /// Where the receiver says that it listens.
  [[nodiscard]] runtime::Endpoint http_endpoint() const { return http_; }
  [[nodiscard]] runtime::Endpoint grpc_endpoint() const { return grpc_; }

  /// One exchange; a failed test when there is no answer.
  transport::ClientResponse send(const Post& post);
  transport::ClientResponse send(const Post& post, const transport::ClientSettings& settings);
  transport::grpc::Reply call(const Call& call);
  /// True when an exchange with `settings` ends without any answer.
  bool is_refused(const transport::ClientSettings& settings);
  transport::ClientResponse call_raw(const Call& call, const transport::ClientSettings& settings);
  [[nodiscard]] transport::ClientSettings http_settings() const;
  [[nodiscard]] transport::ClientSettings grpc_settings() const;

  /// Sends bytes as they are over one connection, ends its sending side if told to, and returns
  /// all that comes back until the receiver closes.
  std::string raw(const runtime::Endpoint& to, std::string_view bytes, bool ends = true);

  [[nodiscard]] int64_t metric(std::string_view name) const { return metrics_.total(name); }
  bool run_until(const std::function<bool()>& is_done);

  ScriptedPipeline pipeline;
  /// Called between turns while something is awaited.
  std::function<void()> on_idle;

 private:
  transport::ClientResponse exchange(const transport::ClientSettings& settings,
                                     transport::ClientRequest request);

  std::unique_ptr<runtime::Lane> lane_;
  runtime::MemoryBudget process_budget_;
  runtime::LaneBudget budget_;
  runtime::MetricRegistry metrics_;
  runtime::SharedObjects shared_;
  std::unique_ptr<runtime::Worker> worker_;
  std::unique_ptr<ExtensionsOfTest> extensions_;
  std::unique_ptr<pipeline::ComponentConfig> config_;
  std::unique_ptr<pipeline::Receiver> receiver_;
  runtime::Endpoint http_, grpc_;
};

/// The default signals.
inline constexpr std::initializer_list<Signal> four_signals = {Signal::traces, Signal::metrics,
                                                               Signal::logs, Signal::profiles};

/// One length-delimited protobuf field.
std::string field(int number, std::string_view content);
/// A request of `signal` with `item_count` empty items.
std::string request_of(Signal signal, size_t item_count = 1);
/// `message` behind gRPC's five bytes.
std::string framed(std::string_view message, bool is_compressed = false);
/// The same in `coding`.
std::string coded(codec::Coding coding, std::string_view message);

}  // namespace telemill::components::receivers::otlp::testing
