#include "config/known_components.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace telemill::config {
namespace {

TEST(KnownComponents, NameEachTypeOnce) {
  std::set<std::pair<ComponentKind, std::string_view>> seen;
  for (const KnownComponent& known : known_components()) {
    EXPECT_TRUE(seen.emplace(known.kind, known.type).second) << known.type;
  }
}

TEST(KnownComponents, StandUnderTheirPresentNames) {
  for (const KnownComponent& known : known_components()) {
    // The receiver `otlp` kept its name, the exporter did not: an alias belongs to its kind.
    EXPECT_EQ(present_type(known.kind, known.type), known.type);
  }
}

TEST(KnownComponents, HoldWhatEachAliasLeadsTo) {
  for (const ComponentAlias& alias : component_aliases()) {
    EXPECT_TRUE(is_known_component(alias.kind, alias.type)) << alias.old_type;
  }
}

TEST(KnownComponents, OfferTypesThatExistInPlaceOfDroppedOnes) {
  for (const KnownComponent& known : known_components()) {
    if (known.instead.empty()) continue;
    EXPECT_TRUE(is_known_component(known.kind, known.instead)) << known.type;
  }
  EXPECT_EQ(find_known_component(ComponentKind::exporter, "logging")->instead, "debug");
}

TEST(KnownComponents, AreKnownByKind) {
  EXPECT_TRUE(is_known_component(ComponentKind::processor, "k8s_attributes"));
  EXPECT_FALSE(is_known_component(ComponentKind::receiver, "k8s_attributes"));
  EXPECT_FALSE(is_known_component(ComponentKind::processor, "k8sattributes"));  // an alias
  EXPECT_FALSE(is_known_component(ComponentKind::exporter, "otlp_gprc"));
  EXPECT_FALSE(is_known_component(ComponentKind::exporter, ""));
}

// Spec 1.2: every row of the alias table.
TEST(ComponentAliases, HoldEveryRenamedType) {
  const std::set<std::pair<std::string_view, std::string_view>> rows = {
      {"otlp", "otlp_grpc"},
      {"otlphttp", "otlp_http"},
      {"k8sattributes", "k8s_attributes"},
      {"filelog", "file_log"},
      {"hostmetrics", "host_metrics"},
      {"k8sobjects", "k8s_objects"},
      {"kubeletstats", "kubelet_stats"},
      {"spanmetrics", "span_metrics"},
      {"prometheusremotewrite", "prometheus_remote_write"},
      {"resourcedetection", "resource_detection"},
      {"otlpjsonfile", "otlp_json_file"},
      {"loadbalancing", "load_balancing"},
      {"fluentforward", "fluent_forward"},
      {"cgroupruntime", "cgroup_runtime"},
      {"metricsaslogs", "metrics_as_logs"},
      {"otlpjson", "otlp_json"},
      {"servicegraph", "service_graph"},
      {"grafanacloud", "grafana_cloud"},
  };
  std::set<std::pair<std::string_view, std::string_view>> found;
  for (const ComponentAlias& alias : component_aliases()) found.emplace(alias.old_type, alias.type);
  EXPECT_EQ(found, rows);
}

TEST(ComponentAliases, KeepTheTypesThatWereNotRenamed) {
  for (const std::string_view type :
       {"batch", "memory_limiter", "debug", "nop", "forward", "zpages"}) {
    for (const ComponentAlias& alias : component_aliases()) {
      EXPECT_NE(alias.old_type, type);
      EXPECT_NE(alias.type, type);
    }
  }
  EXPECT_EQ(present_type(ComponentKind::receiver, "otlp"), "otlp");
}

}  // namespace
}  // namespace telemill::config
