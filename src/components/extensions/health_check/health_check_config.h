#pragma once

#include <string>

#include "components/shared/http_server/http_server_config.h"
#include "config/fields.h"

namespace telemill::components::extensions::health_check {

struct ResponseBody {
  std::string healthy;
  std::string unhealthy;

  static constexpr auto fields = std::tuple{
      config::field("healthy", &ResponseBody::healthy, "Body when all is well; empty: JSON."),
      config::field("unhealthy", &ResponseBody::unhealthy, "Body when not; empty: JSON."),
  };
};

struct ComponentHealth {
  bool include_permanent_errors = false;
  bool include_recoverable_errors = false;
  Duration recovery_duration = std::chrono::minutes(5);

  static constexpr auto fields = std::tuple{
      config::field("include_permanent_errors", &ComponentHealth::include_permanent_errors,
                    "Components that need a human make us unhealthy."),
      config::field("include_recoverable_errors", &ComponentHealth::include_recoverable_errors,
                    "Components that are ill for longer than recovery_duration do so too."),
      config::field("recovery_duration", &ComponentHealth::recovery_duration,
                    "How long a component may take to recover."),
  };
};

struct StatusPage {
  bool enabled = true;
  std::string path = "/status";

  static constexpr auto fields = std::tuple{
      config::field("enabled", &StatusPage::enabled, "Serve it."),
      config::field("path", &StatusPage::path, "Where."),
  };
};

struct ConfigPage {
  bool enabled = false;
  std::string path = "/config";

  static constexpr auto fields = std::tuple{
      config::field("enabled", &ConfigPage::enabled, "Not supported yet: must be false."),
      config::field("path", &ConfigPage::path, "Where it would be."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// The second version's server, under `http`.
struct HttpPages {
  shared::HttpServerConfig server = shared::page_server_defaults("localhost:13133");
  StatusPage status;
  ConfigPage config;

  static constexpr auto fields = std::tuple{
      config::inlined(&HttpPages::server),
      config::field("status", &HttpPages::status, "The page with the state of the components."),
      config::field("config", &HttpPages::config, "The page with the running configuration."),
  };
};

struct HealthCheckConfig {
  shared::HttpServerConfig server = shared::page_server_defaults("localhost:13133");
  std::string path = "/";
  ResponseBody response_body;
  bool use_v2 = false;
  ComponentHealth component_health;
  HttpPages http;

  static constexpr auto fields = std::tuple{
      config::inlined(&HealthCheckConfig::server),
      config::field("path", &HealthCheckConfig::path, "Where the answer is; others are 404."),
      config::field("response_body", &HealthCheckConfig::response_body, "Bodies of your own."),
      config::accepted("check_collector_pipeline", "has no effect in the reference either"),
      config::field("use_v2", &HealthCheckConfig::use_v2,
                    "Look at the components too, and take the settings of `http`."),
      config::field("component_health", &HealthCheckConfig::component_health,
                    "Which errors of components count; with use_v2."),
      config::field("http", &HealthCheckConfig::http, "The server, with use_v2."),
      config::not_yet("grpc", "the health service over gRPC"),
  };
  [[nodiscard]] config::Problems check() const;
};

}  // namespace telemill::components::extensions::health_check
