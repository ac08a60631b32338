#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "codec/decompressor.h"
#include "load/behaviour.h"
#include "load/inspector.h"
#include "load/sink_answer.h"
#include "runtime/lane.h"
#include "runtime/memory_budget.h"
#include "runtime/metrics.h"
#include "runtime/socket.h"
#include "transport/server.h"
#include "wire/json_decoder.h"

namespace telemill::load {

/// Counts for the progress line; written by the sink's lane, read by any thread.
struct SinkProgress {
  runtime::Counter items;
  runtime::Counter requests;
  runtime::Counter refused_requests;
};

/// One lane of a sink: its servers, what they have seen, and the answers it holds back. Set up by
/// its owner before the lane runs, then touched by the lane only.
class SinkLane final : private transport::Handler {
 public:
  SinkLane(runtime::Lane& lane, runtime::MemoryBudget& budget,
           const transport::ServerSettings& server_settings, size_t body_bytes_max,
           std::unique_ptr<Inspector> inspector, const Behaviour& behaviour,
           SinkProgress& progress);
  ~SinkLane() override;

  void listen(runtime::Descriptor listener);
  void behave(const Behaviour& behaviour);
  void forget_latencies();
  /// What was seen up to now; files are flushed.
  [[nodiscard]] SinkReport report();

 private:
  struct Held {
    TimePoint due;
    transport::Exchange exchange;
    transport::Response response;
  };

  transport::HeadVerdict on_head(const transport::RequestHead& head) override;
  void on_request(const transport::RequestHead& head, transport::Body body,
                  transport::Exchange exchange) override;
  transport::Response on_refusal(const transport::RequestHead& head,
                                 transport::Refusal refusal) override;

  transport::Response take(otlp::Signal signal, Speech speech, const transport::RequestHead& head,
                           base::Buffer body);
  Result<otlp::Part> decode(otlp::Signal signal, Speech speech, const transport::RequestHead& head,
                            base::Buffer body);
  Result<base::Slice> decompress(codec::Coding coding, base::Slice body);
  void answer(transport::Exchange exchange, transport::Response response);
  void release_due();
  void reset_all();

  runtime::Lane& lane_;
  runtime::LaneBudget budget_;
  const transport::ServerSettings server_settings_;
  const size_t body_bytes_max_;
  const std::unique_ptr<Inspector> inspector_;
  SinkProgress& progress_;
  codec::Decompressor decompressor_;
  wire::JsonDecoder json_;

  Behaviour behaviour_;
  uint64_t behaved_requests_ = 0;  // since the behaviour was set
  bool has_stalled_ = false;
  TimePoint stalled_until_{};
  std::deque<Held> held_;
  runtime::Timer release_;
  runtime::Timer reset_;

  std::vector<runtime::Descriptor> listeners_;
  std::vector<std::unique_ptr<transport::Server>> servers_;
};

}  // namespace telemill::load
