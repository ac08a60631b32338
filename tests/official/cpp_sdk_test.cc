// opentelemetry-cpp's own exporters send through a collector to a back end. What arrives equals
// what the SDK says it sent, record by record and field by field.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "official/path_through.h"
#include "official/sdk_content.h"
#include "opentelemetry/exporters/otlp/otlp_grpc_exporter_factory.h"
#include "opentelemetry/exporters/otlp/otlp_grpc_exporter_options.h"
#include "opentelemetry/exporters/otlp/otlp_grpc_log_record_exporter_factory.h"
#include "opentelemetry/exporters/otlp/otlp_grpc_log_record_exporter_options.h"
#include "opentelemetry/exporters/otlp/otlp_grpc_metric_exporter_factory.h"
#include "opentelemetry/exporters/otlp/otlp_grpc_metric_exporter_options.h"
#include "opentelemetry/exporters/otlp/otlp_http_exporter_factory.h"
#include "opentelemetry/exporters/otlp/otlp_http_exporter_options.h"
#include "opentelemetry/exporters/otlp/otlp_http_log_record_exporter_factory.h"
#include "opentelemetry/exporters/otlp/otlp_http_log_record_exporter_options.h"
#include "opentelemetry/exporters/otlp/otlp_http_metric_exporter_factory.h"
#include "opentelemetry/exporters/otlp/otlp_http_metric_exporter_options.h"

namespace telemill::official {
namespace {

namespace otlp = opentelemetry::exporter::otlp;
using Temporality = otlp::PreferredAggregationTemporality;

/// How the SDK sends.
struct Inlet {
  const char* name;
  bool is_grpc = false;
  const char* compression = "none";  // Debian builds the SDK without compression for HTTP
  bool is_json = false;
  bool has_json_names = true;  // lowerCamelCase; false: the names of the fields
};

void PrintTo(const Inlet& inlet, std::ostream* out) { *out << inlet.name; }

constexpr Inlet inlets[] = {
    {.name = "Grpc", .is_grpc = true},
    {.name = "GrpcGzip", .is_grpc = true, .compression = "gzip"},
    {.name = "HttpProtobuf"},
    {.name = "HttpJson", .is_json = true},
    {.name = "HttpJsonFieldNames", .is_json = true, .has_json_names = false},
};

template <class Options>
Options grpc_options(const Inlet& inlet, const PathThrough& path) {
  Options options;
  options.endpoint = "127.0.0.1:" + std::to_string(path.grpc_port());
  options.use_ssl_credentials = false;
  options.compression = inlet.compression;
  return options;
}

template <class Options>
Options http_options(const Inlet& inlet, const PathThrough& path, const std::string& signal) {
  Options options;
  options.url = "http://127.0.0.1:" + std::to_string(path.http_port()) + "/v1/" + signal;
  options.content_type =
      inlet.is_json ? otlp::HttpRequestContentType::kJson : otlp::HttpRequestContentType::kBinary;
  options.use_json_name = inlet.has_json_names;
  return options;
}

std::set<std::string> names_of(const std::vector<Metrics>& requests) {
  std::set<std::string> names;
  for (const Metrics& request : requests) {
    for (const auto& resource : request.resource_metrics()) {
      for (const auto& scope : resource.scope_metrics()) {
        for (const auto& metric : scope.metrics()) names.insert(metric.name());
      }
    }
  }
  return names;
}

class CppSdk : public testing::TestWithParam<std::tuple<Inlet, Outlet>> {
 protected:
  [[nodiscard]] const Inlet& inlet() const { return std::get<0>(GetParam()); }
  PathThrough path_{std::get<1>(GetParam())};
};

TEST_P(CppSdk, SpansArriveAsTheyWereSent) {
  const auto sent = send_spans(
      inlet().is_grpc ? otlp::OtlpGrpcExporterFactory::Create(
                            grpc_options<otlp::OtlpGrpcExporterOptions>(inlet(), path_))
                      : otlp::OtlpHttpExporterFactory::Create(
                            http_options<otlp::OtlpHttpExporterOptions>(inlet(), path_, "traces")));
  path_.stop();
  const auto received = path_.received<Traces>("traces");
  expect_same_records(sent, received);
  EXPECT_EQ(count_records(received), 6U);
}

TEST_P(CppSdk, LogsArriveAsTheyWereSent) {
  const auto sent = send_logs(
      inlet().is_grpc
          ? otlp::OtlpGrpcLogRecordExporterFactory::Create(
                grpc_options<otlp::OtlpGrpcLogRecordExporterOptions>(inlet(), path_))
          : otlp::OtlpHttpLogRecordExporterFactory::Create(
                http_options<otlp::OtlpHttpLogRecordExporterOptions>(inlet(), path_, "logs")));
  path_.stop();
  const auto received = path_.received<Logs>("logs");
  expect_same_records(sent, received);
  EXPECT_EQ(count_records(received), 4U);
}

TEST_P(CppSdk, MetricsArriveAsTheyWereSent) {
  // The SDK asks its exporter which it prefers.
  const bool is_delta = inlet().is_json || inlet().compression == std::string("gzip");
  const Temporality temporality = is_delta ? Temporality::kDelta : Temporality::kCumulative;
  auto grpc = grpc_options<otlp::OtlpGrpcMetricExporterOptions>(inlet(), path_);
  grpc.aggregation_temporality = temporality;
  auto http = http_options<otlp::OtlpHttpMetricExporterOptions>(inlet(), path_, "metrics");
  http.aggregation_temporality = temporality;
  const auto sent =
      send_metrics(inlet().is_grpc ? otlp::OtlpGrpcMetricExporterFactory::Create(grpc)
                                   : otlp::OtlpHttpMetricExporterFactory::Create(http));
  path_.stop();
  const auto received = path_.received<Metrics>("metrics");
  expect_same_records(sent, received);
  EXPECT_EQ(names_of(received).size(), 12U) << "of so many instruments";
}

std::string title(const testing::TestParamInfo<CppSdk::ParamType>& made) {
  return std::get<0>(made.param).name;
}
INSTANTIATE_TEST_SUITE_P(ToGrpc, CppSdk,
                         testing::Combine(testing::ValuesIn(inlets),
                                          testing::Values(Outlet{"grpc", "gzip"})),
                         title);
INSTANTIATE_TEST_SUITE_P(ToHttpJson, CppSdk,
                         testing::Combine(testing::Values(inlets[0], inlets[3]),
                                          testing::Values(Outlet{"http-json", "zstd"})),
                         title);

}  // namespace
}  // namespace telemill::official
