#include "config/known_components.h"

#include <algorithm>

namespace telemill::config {
namespace {

using enum ComponentKind;

constexpr KnownComponent components[] = {
    {receiver, "file"},
    {receiver, "file_log"},
    {receiver, "fluent_forward"},
    {receiver, "host_metrics"},
    {receiver, "jaeger"},
    {receiver, "k8s_cluster"},
    {receiver, "k8s_events"},
    {receiver, "k8s_objects"},
    {receiver, "kafka"},
    {receiver, "kubelet_stats"},
    {receiver, "nop"},
    {receiver, "otlp"},
    {receiver, "otlp_json_file"},
    {receiver, "prometheus"},
    {receiver, "prometheus_remote_write"},
    {receiver, "zipkin"},

    {processor, "adaptive_tail_sampling"},
    {processor, "attributes"},
    {processor, "batch"},
    {processor, "cumulativetodelta"},
    {processor, "deltatocumulative"},
    {processor, "dynamic_sampling", "adaptive_tail_sampling"},
    {processor, "filter"},
    {processor, "geoip"},
    {processor, "groupbyattrs"},
    {processor, "groupbytrace"},
    {processor, "interval"},
    {processor, "k8s_attributes"},
    {processor, "logdedup"},
    {processor, "memory_limiter"},
    {processor, "metricstarttime"},
    {processor, "metricstransform"},
    {processor, "probabilistic_sampler"},
    {processor, "redaction"},
    {processor, "resource"},
    {processor, "resource_detection"},
    {processor, "span"},
    {processor, "tail_sampling"},
    {processor, "transform"},

    {exporter, "clickhouse"},
    {exporter, "datadog"},
    {exporter, "debug"},
    {exporter, "file"},
    {exporter, "kafka"},
    {exporter, "load_balancing"},
    {exporter, "logging", "debug"},
    {exporter, "nop"},
    {exporter, "otlp_grpc"},
    {exporter, "otlp_http"},
    {exporter, "prometheus"},
    {exporter, "prometheusremotewrite"},
    {exporter, "zipkin"},

    {connector, "count"},
    {connector, "datadog"},
    {connector, "exceptions"},
    {connector, "failover"},
    {connector, "forward"},
    {connector, "grafana_cloud"},
    {connector, "metrics_as_logs"},
    {connector, "otlp_json"},
    {connector, "routing"},
    {connector, "service_graph"},
    {connector, "signaltometrics"},
    {connector, "span_metrics"},
    {connector, "sum"},

    {extension, "basicauth"},
    {extension, "bearertokenauth"},
    {extension, "cgroup_runtime"},
    {extension, "file_storage"},
    {extension, "headers_setter"},
    {extension, "health_check"},
    {extension, "healthcheckv2", "health_check"},
    {extension, "memory_limiter"},
    {extension, "oauth2client"},
    {extension, "oidc"},
    {extension, "opamp"},
    {extension, "pprof"},
    {extension, "zpages"},
};

}  // namespace

std::span<const KnownComponent> known_components() noexcept { return components; }

const KnownComponent* find_known_component(ComponentKind kind,
                                           std::string_view present_type) noexcept {
  const auto* const found = std::ranges::find_if(components, [&](const KnownComponent& known) {
    return known.kind == kind && known.type == present_type;
  });
  return found == std::end(components) ? nullptr : found;
}

}  // namespace telemill::config
