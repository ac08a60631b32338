#pragma once

#include <optional>

#include "components/extensions/health_check/health_check_config.h"
#include "components/shared/http_server/page_server.h"
#include "pipeline/extension.h"

namespace telemill::components::extensions::health_check {

/// Tells orchestrators whether we take data. Lives on the control lane.
class HealthCheck final : public pipeline::Extension, private shared::PageSource {
 public:
  HealthCheck(const pipeline::ComponentContext& context, const HealthCheckConfig& config);

  Result<void, Failure> start() override { return server_.start(context_); }
  void drain(base::UniqueFunction<void()> done) override { server_.drain(std::move(done)); }
  void on_ready() override;
  void on_stopping() override;

 private:
  transport::Response page(const shared::PageRequest& request) override;
  /// The first version: ready or not, whatever the components say.
  [[nodiscard]] transport::Response readiness() const;

  const pipeline::ComponentContext context_;
  const HealthCheckConfig& config_;
  std::optional<UnixNanos> ready_since_;
  shared::PageServer server_;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::extensions::health_check
