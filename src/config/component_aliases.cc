#include "config/component_aliases.h"

namespace telemill::config {
namespace {

constexpr ComponentAlias aliases[] = {
    {ComponentKind::exporter, "otlp", "otlp_grpc"},
    {ComponentKind::exporter, "otlphttp", "otlp_http"},
    {ComponentKind::exporter, "loadbalancing", "load_balancing"},
    {ComponentKind::processor, "k8sattributes", "k8s_attributes"},
    {ComponentKind::processor, "resourcedetection", "resource_detection"},
    {ComponentKind::receiver, "filelog", "file_log"},
    {ComponentKind::receiver, "hostmetrics", "host_metrics"},
    {ComponentKind::receiver, "k8sobjects", "k8s_objects"},
    {ComponentKind::receiver, "kubeletstats", "kubelet_stats"},
    {ComponentKind::receiver, "prometheusremotewrite", "prometheus_remote_write"},
    {ComponentKind::receiver, "otlpjsonfile", "otlp_json_file"},
    {ComponentKind::receiver, "fluentforward", "fluent_forward"},
    {ComponentKind::connector, "spanmetrics", "span_metrics"},
    {ComponentKind::connector, "metricsaslogs", "metrics_as_logs"},
    {ComponentKind::connector, "otlpjson", "otlp_json"},
    {ComponentKind::connector, "servicegraph", "service_graph"},
    {ComponentKind::connector, "grafanacloud", "grafana_cloud"},
    {ComponentKind::extension, "cgroupruntime", "cgroup_runtime"},
};

}  // namespace

std::string_view name_of(ComponentKind kind) noexcept {
  switch (kind) {
    case ComponentKind::receiver:
      return "receiver";
    case ComponentKind::processor:
      return "processor";
    case ComponentKind::exporter:
      return "exporter";
    case ComponentKind::connector:
      return "connector";
    case ComponentKind::extension:
      return "extension";
  }
  return "component";
}

std::span<const ComponentAlias> component_aliases() noexcept { return aliases; }

std::string_view present_type(ComponentKind kind, std::string_view type) noexcept {
  for (const ComponentAlias& alias : aliases) {
    if (alias.kind == kind && alias.old_type == type) return alias.type;
  }
  return type;
}

}  // namespace telemill::config
