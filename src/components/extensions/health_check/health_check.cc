#include "components/extensions/health_check/health_check.h"

#include <string>

#include "components/extensions/health_check/status_page.h"
#include "components/shared/page_text/page_text.h"

namespace telemill::components::extensions::health_check {
namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

class HealthCheckFactory final : public pipeline::FactoryFor<HealthCheckConfig> {
 public:
  HealthCheckFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::extension,
                    .type = "health_check",
                    .summary = "Answers orchestrators whether the collector takes data.",
                    .placement = pipeline::Placement::singleton}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Extension> create_extension(
      const pipeline::ComponentContext& context,
      const pipeline::ComponentConfig& settings) const override {
    return std::make_unique<HealthCheck>(context, as_config(settings));
  }
};

void check_path(config::Problems& problems, std::string_view key, const std::string& path) {
  if (!path.starts_with('/')) problems.add(key, "path must start with /");
}

}  // namespace

config::Problems ConfigPage::check() const {
  config::Problems problems;
  if (enabled) problems.add("enabled", "the page of the configuration is not supported yet");
  return problems;
}

config::Problems HealthCheckConfig::check() const {
  config::Problems problems;
  check_path(problems, "path", path);
  check_path(problems, "http::status::path", http.status.path);
  if (component_health.recovery_duration < Duration::zero()) {
    problems.add("component_health::recovery_duration", "must not be negative");
  }
  return problems;
}

HealthCheck::HealthCheck(const pipeline::ComponentContext& context, const HealthCheckConfig& config)
    : context_(context),
      config_(config),
      server_(config.use_v2 ? config.http.server : config.server, *this) {}

void HealthCheck::on_ready() { ready_since_ = context_.lane.unix_now(); }

void HealthCheck::on_stopping() { ready_since_.reset(); }

transport::Response HealthCheck::page(const shared::PageRequest& request) {
  if (config_.use_v2) {
    if (!config_.http.status.enabled || request.path != config_.http.status.path) {
      return shared::page_not_found();
    }
    if (context_.host == nullptr) return readiness();
    const StatusPageInput input{.host = *context_.host,
                                .rules = config_.component_health,
                                .now = context_.lane.unix_now(),
                                .is_ready = ready_since_.has_value()};
    const StatusPageOutput output = render_status(input, request.query);
    return shared::make_page(output.http_status, json_type, output.body);
  }
  return request.path == config_.path ? readiness() : shared::page_not_found();
}

transport::Response HealthCheck::readiness() const {
  const bool is_ready = ready_since_.has_value();
  const std::string& own =
      is_ready ? config_.response_body.healthy : config_.response_body.unhealthy;
  const int status = is_ready ? 200 : 503;
  if (!own.empty()) return shared::make_page(status, text_type, own);
  std::string body =
      R"({"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""})";
  if (is_ready) {
    body = R"({"status":"Server available","upSince":")" + shared::rfc3339(*ready_since_) +
           R"(","uptime":")" +
           shared::duration_text(Duration(context_.lane.unix_now() - *ready_since_)) + "\"}";
  }
  return shared::make_page(status, json_type, body);
}

const pipeline::Factory& factory() {
  static const HealthCheckFactory instance;
  return instance;
}

}  // namespace telemill::components::extensions::health_check
