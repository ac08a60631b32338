#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "codec/compressor.h"
#include "runtime/lane.h"
#include "runtime/memory_budget.h"
#include "runtime/metrics.h"
#include "telemetry/metrics_config.h"
#include "telemetry/prometheus_text.h"
#include "telemetry/resource.h"
#include "transport/server.h"

namespace telemill::telemetry {

/// `GET /metrics` for scrapers: made anew for each request, on the lane that serves it. Clients
/// that stall, talk nonsense or come in crowds are bounded by time, bytes and number.
class MetricsPage final : private transport::Handler {
 public:
  using Collect = std::function<std::vector<runtime::MetricSample>()>;

  /// Opens the listener and says in a log line where. Fails with the address named. What is
  /// referred to outlives the page.
  static Result<std::unique_ptr<MetricsPage>, Failure> open(const PrometheusConfig& config,
                                                            const Resource& resource,
                                                            runtime::Lane& lane, Collect collect);
  ~MetricsPage() override;
  void close() noexcept;

 private:
  MetricsPage(const PrometheusConfig& config, const Resource& resource, Collect collect);
  Result<void, Failure> listen(runtime::Lane& lane);

  transport::HeadVerdict on_head(const transport::RequestHead& head) override;
  void on_request(const transport::RequestHead& head, transport::Body body,
                  transport::Exchange exchange) override;
  transport::Response on_refusal(const transport::RequestHead& head,
                                 transport::Refusal refusal) override;
  [[nodiscard]] transport::Response answer(const transport::RequestHead& head);
  [[nodiscard]] transport::Response page(const transport::RequestHead& head);

  const PrometheusConfig& config_;
  const Resource& resource_;
  const Collect collect_;
  PageStyle style_;
  codec::Compressor compressor_;
  // Apart from the budget of telemetry: a collector that is full can still be looked at.
  runtime::MemoryBudget budget_;
  std::unique_ptr<runtime::LaneBudget> lane_budget_;
  std::vector<std::unique_ptr<transport::Server>> servers_;
};

}  // namespace telemill::telemetry
