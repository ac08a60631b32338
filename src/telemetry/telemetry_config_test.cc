#include "telemetry/telemetry_config.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/load.h"
#include "config/sources.h"
#include "telemetry/resource.h"

namespace telemill::telemetry {
namespace {

/// `text` read as `service::telemetry`, and what was said about it.
struct Read {
  explicit Read(const std::string& text) {
    config::YamlSource yaml;
    config::Sources sources;
    sources.add(yaml);
    config::Loaded loaded = config::load({.uris = {"yaml:" + text}, .sets = {}}, sources);
    value = config::decode<TelemetryConfig>(loaded.root, "service::telemetry", loaded.problems);
    has_errors = loaded.problems.has_errors();
    problems = loaded.problems.render(loaded.names);
    config::Problems ignored;
    resource = Resource::read(value.resource, ignored);
  }
  TelemetryConfig value;
  Resource resource;
  std::string problems;
  bool has_errors = false;
};

TEST(TelemetryConfig, SaysNothingAndHasTheReferencesDefaults) {
  const Read read("{}");
  EXPECT_EQ(read.problems, "");
  EXPECT_EQ(read.value.logs.log_level(), log::Level::info);
  ASSERT_TRUE(read.value.logs.sampling_settings().has_value());
  EXPECT_EQ(read.value.logs.sampling_settings()->initial, 10U);
  EXPECT_EQ(read.value.metrics.metric_level(), runtime::MetricLevel::normal);
  ASSERT_EQ(read.value.metrics.readers.size(), 1U);
  const PrometheusConfig& page = *read.value.metrics.readers[0].pull->exporter.prometheus;
  EXPECT_EQ(page.host, "localhost");
  EXPECT_EQ(page.port, 8888);
  EXPECT_TRUE(page.without_units && page.without_type_suffix && page.without_scope_info);
  EXPECT_EQ(read.resource.get("service.name"), "telemill");
  EXPECT_EQ(read.resource.get("service.instance.id").size(), 36U);
}

TEST(TelemetryConfig, ReadersLeaveSuffixesOutUnlessTheySayOtherwise) {
  const Read read(
      "{metrics: {readers: [{pull: {exporter: {prometheus: {host: a, port: 1}}}}, "
      "{pull: {exporter: {prometheus: {host: a, port: 2, without_units: false}}}}]}}");
  ASSERT_EQ(read.value.metrics.readers.size(), 2U);
  for (const ReaderConfig& reader : read.value.metrics.readers) {
    const PrometheusConfig& page = *reader.pull->exporter.prometheus;
    EXPECT_TRUE(page.without_type_suffix && page.without_scope_info);
    EXPECT_EQ(page.without_units, page.port == 1);
  }
}

TEST(TelemetryConfig, TakesWhatTheReferenceTakes) {
  for (const char* text : {
           "{logs: {level: DEBUG}}",
           "{logs: {level: debug}}",
           "{logs: {level: Warn}}",
           "{logs: {encoding: json, development: true, disable_caller: true, "
           "disable_stacktrace: true}}",
           "{logs: {sampling: null}}",
           "{logs: {sampling: {enabled: true, tick: 1s, initial: 5, thereafter: 0}}}",
           "{logs: {output_paths: [stdout, /tmp/x], error_output_paths: [stderr]}}",
           "{logs: {initial_fields: {team: a, shard: 7}, disable_zap_resource: true}}",
           "{logs: {processors: [{batch: {exporter: {otlp: {protocol: http/protobuf, endpoint: "
           "'http://backend:4318'}}}}, {simple: {exporter: {otlp: {protocol: grpc, endpoint: "
           "'backend:4317', insecure: true}}}}]}}",
           "{metrics: {level: Detailed, views: [{selector: {instrument_name: 'http.*'}, stream: "
           "{aggregation: {drop: {}}}}]}}",
           "{metrics: {level: none, readers: []}}",
           "{metrics: {readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 9090, "
           "with_resource_constant_labels: {included: [service.name], excluded: [host.*]}}}}}]}}",
           "{metrics: {readers: [{periodic: {interval: 1000, timeout: 500, exporter: {otlp: "
           "{protocol: grpc, endpoint: 'https://backend:4317', headers: [{name: a, value: b}], "
           "headers_list: 'c=d, e=f', compression: gzip, timeout: 100, temporality_preference: "
           "lowmemory}}}}]}}",
           // the older shape of headers
           "{metrics: {readers: [{periodic: {exporter: {otlp: {protocol: http/protobuf, endpoint: "
           "'http://backend:4318/v1/metrics', headers: {a: b}}}}}]}}",
           "{traces: {level: none, propagators: [tracecontext, b3]}}",
           "{resource: {service.name: a, host.name: null, attributes: [{name: b, value: c}]}}",
           "{resource: {attributes: {b: c}, schema_url: "
           "'https://opentelemetry.io/schemas/1.38.0'}}",
           "{resource: {'detection/development': {detectors: [{host: {}}, {env: {}}]}}}",
       }) {
    const Read read(text);
    EXPECT_EQ(read.problems, "") << text;
  }
}

TEST(TelemetryConfig, NamesEachMistakeAndItsPlace) {
  struct Case {
    std::string_view text;
    std::string_view problem;
  };
  for (const Case& c : {
           Case{"{logs: {level: loud}}", "service::telemetry::logs::level: unknown level \"loud\""},
           Case{"{logs: {encoding: xml}}", "logs::encoding: unknown encoding \"xml\""},
           Case{"{logs: {sampling: {tick: 0s}}}", "logs::sampling::tick: must be positive"},
           Case{"{logs: {sampling: {inital: 1}}}", "did you mean \"initial\"?"},
           Case{"{logs: {processors: [{}]}}",
                "processors[0]: a processor is either batch or simple"},
           Case{"{logs: {processors: [{batch: {exporter: {}}}]}}", "no valid log exporter"},
           Case{"{metrics: {level: loud}}", "metrics::level: unknown level \"loud\""},
           Case{"{metrics: {readers: []}}", "metrics::readers: collector telemetry metrics reader"},
           Case{"{metrics: {readers: [{}]}}", "readers[0]: a reader must be pull or periodic"},
           Case{"{metrics: {readers: [{pull: {exporter: {}}}]}}", "no valid metric exporter"},
           Case{"{metrics: {readers: [{pull: {exporter: {prometheus: {host: a}}}}]}}",
                "prometheus::port: port must be specified"},
           Case{"{metrics: {readers: [{pull: {exporter: {prometheus: {port: 70000, host: a}}}}]}}",
                "port: must be between 0 and 65535"},
           Case{"{metrics: {readers: [{periodic: {exporter: {otlp: {protocol: http/json}}}}]}}",
                "protocol: unsupported protocol \"http/json\""},
           Case{"{metrics: {readers: [{periodic: {exporter: {otlp: {endpoint: 'ftp://a'}}}}]}}",
                "otlp::endpoint: \"ftp://a\" is no URL"},
           Case{"{metrics: {readers: [{periodic: {exporter: {otlp: {headers_list: a}}}}]}}",
                "headers_list: expected name=value,name=value"},
           Case{"{metrics: {views: [{}]}}", "views are only allowed with level detailed"},
           Case{"{metrics: {level: detailed, views: [{}]}}", "a view selects by"},
           Case{"{traces: {level: basic, processors: [{}]}}", "own spans are not exported yet"},
           Case{"{resource: {a: [b]}}", "resource::a: expected a value, got a list"},
           Case{"{resource: {attributes: [{name: a}]}}", "{name: ..., value: ...}"},
       }) {
    const Read read{std::string(c.text)};
    EXPECT_TRUE(read.has_errors) << c.text;
    EXPECT_NE(read.problems.find(c.problem), std::string::npos) << c.text << "\n" << read.problems;
    EXPECT_NE(read.problems.find(":1:"), std::string::npos) << read.problems;
  }
}

TEST(TelemetryConfig, WarnsOfWhatItTakesAndDoesNotDo) {
  for (const char* text :
       {"{metrics: {address: ':8888'}}", "{traces: {processors: [{batch: {}}]}}",
        "{traces: {level: none, processors: [{}]}}",
        "{resource: {'detection/development': {detectors: [{container: {}}]}}}"}) {
    const Read read(text);
    EXPECT_FALSE(read.has_errors) << read.problems;
    EXPECT_NE(read.problems.find("warning"), std::string::npos) << text;
  }
}

TEST(TelemetryConfig, NullSwitchesSamplingOff) {
  EXPECT_FALSE(Read("{logs: {sampling: null}}").value.logs.sampling_settings().has_value());
  EXPECT_FALSE(
      Read("{logs: {sampling: {enabled: false}}}").value.logs.sampling_settings().has_value());
}

TEST(TelemetryConfig, TakesAttributesFromBothFormsAndRemovesByNull) {
  const Read read(
      "{resource: {service.instance.id: null, service.name: mine, n: 007, attributes: [{name: b, "
      "value: c}], attributes_list: 'd=e,b=x'}}");
  EXPECT_EQ(read.resource.get("service.instance.id"), "");
  EXPECT_EQ(read.resource.get("service.name"), "mine");
  EXPECT_EQ(read.resource.get("n"), "007");
  EXPECT_EQ(read.resource.get("b"), "c");
  EXPECT_EQ(read.resource.get("d"), "e");
}

TEST(TelemetryConfig, AVariableWithoutAValueAddsNoAttribute) {
  const Read read("{resource: {host.name: '${yaml:}', zone: '${yaml:a}'}}");
  EXPECT_EQ(read.resource.attributes.size(), 4U);  // service.* and zone
  EXPECT_EQ(read.resource.get("zone"), "a");
}

TEST(LabelFilter, TakesWhatIsIncludedAndNotExcluded) {
  const LabelFilterConfig none;
  EXPECT_FALSE(none.takes("a"));
  const LabelFilterConfig some{.included = {"service.*"}, .excluded = {"service.instance.id"}};
  EXPECT_TRUE(some.takes("service.name"));
  EXPECT_FALSE(some.takes("service.instance.id"));
  EXPECT_FALSE(some.takes("host.name"));
  const LabelFilterConfig others{.included = {}, .excluded = {"a"}};
  EXPECT_TRUE(others.takes("b"));
  EXPECT_FALSE(others.takes("a"));
}

TEST(Matches, KnowsStarsAndQuestionMarks) {
  EXPECT_TRUE(matches("a*c", "abbc"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a?c*", "abc"));
  EXPECT_FALSE(matches("a?c", "ac"));
  EXPECT_FALSE(matches("", "a"));
  // Linear enough for hostile patterns.
  EXPECT_FALSE(matches(std::string(200, '*') + "b", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace telemill::telemetry
