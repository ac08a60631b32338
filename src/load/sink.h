#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "load/inspector.h"
#include "load/sink_lane.h"
#include "runtime/endpoint.h"
#include "runtime/lane.h"
#include "runtime/lane_threads.h"
#include "transport/tls.h"

namespace telemill::load {

/// What `telemill sink` does.
struct SinkSettings {
  /// Each speaks gRPC and HTTP alike.
  std::vector<runtime::Endpoint> endpoints;
  std::optional<runtime::Endpoint> admin;
  std::shared_ptr<const transport::TlsContext> tls;  // of `endpoints`
  uint32_t lanes = 1;
  size_t body_bytes_max = 64_MiB;     // as sent, and again decoded
  size_t memory_bytes_max = 512_MiB;  // of bodies being received
  InspectorSettings inspector;
  Behaviour behaviour;
};

/// What came so far, all signals together.
struct SinkTotals {
  Count accepted;
  uint64_t refused_requests = 0;
};

/// A running sink: its own lanes, steered from the lane of its owner.
class Sink final : private transport::Handler {
 public:
  /// Listens and starts. Fails when an address cannot be had.
  static Result<std::unique_ptr<Sink>, Failure> start(runtime::Lane& owner,
                                                      const SinkSettings& settings);
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  /// Closes all connections.
  ~Sink() override;

  /// In the order of the settings' endpoints; ports that were zero are known by now.
  [[nodiscard]] const std::vector<runtime::Address>& addresses() const noexcept {
    return addresses_;
  }
  [[nodiscard]] const std::optional<runtime::Address>& admin_address() const noexcept {
    return admin_address_;
  }
  void behave(const Behaviour& behaviour);
  /// Latencies count afresh, such as after warming up; everything else goes on.
  void forget_latencies();
  /// Asks all lanes and calls `done` on the owner's lane.
  void collect(base::UniqueFunction<void(SinkReport)> done);
  /// At once, without asking the lanes.
  [[nodiscard]] SinkTotals progress() const;

 private:
  struct Collection {
    size_t waiting;
    SinkReport sum;
    base::UniqueFunction<void(SinkReport)> done;
  };

  Sink(runtime::Lane& owner, const SinkSettings& settings)
      : owner_(owner),
        settings_(settings),
        budget_(settings.memory_bytes_max),
        admin_budget_(budget_) {}
  Result<void, Failure> make_lanes();
  Result<void, Failure> listen(const runtime::Endpoint& endpoint);
  Result<void, Failure> listen_admin();

  transport::HeadVerdict on_head(const transport::RequestHead& head) override;
  void on_request(const transport::RequestHead& head, transport::Body body,
                  transport::Exchange exchange) override;
  transport::Response on_refusal(const transport::RequestHead& head,
                                 transport::Refusal refusal) override;

  runtime::Lane& owner_;
  const SinkSettings settings_;
  runtime::MemoryBudget budget_;
  std::vector<runtime::Address> addresses_;
  std::vector<std::unique_ptr<SinkProgress>> progress_;
  std::unique_ptr<runtime::LaneThreads> threads_;
  std::vector<std::unique_ptr<SinkLane>> lanes_;

  runtime::LaneBudget admin_budget_;
  std::optional<runtime::Address> admin_address_;
  std::unique_ptr<transport::Server> admin_;
};

}  // namespace telemill::load
