#include "components/shared/call_metrics/call_metrics.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace telemill::components::shared {
namespace {

using runtime::HistogramValue;
using runtime::Labels;
using runtime::MetricLevel;
using runtime::MetricRegistry;
using transport::grpc::Code;

/// `name{key=value,...} count sum`, a line for each series.
std::vector<std::string> shown(const MetricRegistry& metrics) {
  std::vector<std::string> lines;
  for (const auto& sample : metrics.collect()) {
    std::string line = sample.info->name + "{";
    for (const auto& [key, value] : sample.labels) {
      line.append(line.ends_with('{') ? "" : ",").append(key).append("=").append(value);
    }
    const auto& value = std::get<HistogramValue>(sample.value);
    line.append("} ").append(std::to_string(value.count())).append(" ");
    lines.push_back(line + std::to_string(static_cast<int>(value.sum)));
  }
  return lines;
}

TEST(CallMetrics, OfHttpServersHaveTheReferencesNamesAndLabels) {
  MetricRegistry metrics(MetricLevel::detailed);
  HttpCalls calls(metrics, CallSide::server, address_labels("a", 4318));
  for (int i = 0; i < 2; ++i) {
    calls.record({.method = "POST",
                  .route = "/v1/logs",
                  .status = 200,
                  .duration = std::chrono::seconds(2),
                  .request_bytes = 7,
                  .response_bytes = 3});
  }
  const std::string labels =
      "{http.request.method=POST,http.response.status_code=200,http.route=/v1/logs,"
      "network.protocol.name=http,network.protocol.version=1.1,server.address=a,server.port=4318,"
      "url.scheme=http}";
  EXPECT_EQ(shown(metrics),
            (std::vector<std::string>{"http.server.request.body.size" + labels + " 2 14",
                                      "http.server.request.duration" + labels + " 2 4",
                                      "http.server.response.body.size" + labels + " 2 6"}));
}

TEST(CallMetrics, OfHttpClientsNameNoStatusWithoutAnAnswer) {
  MetricRegistry metrics(MetricLevel::detailed);
  HttpCalls calls(metrics, CallSide::client, address_labels("a", 1));
  calls.record({.method = "POST",
                .version = transport::HttpVersion::http2,
                .is_secure = true,
                .request_bytes = 5});
  const std::string labels =
      "{error.type=_OTHER,http.request.method=POST,network.protocol.name=http,"
      "network.protocol.version=2,server.address=a,server.port=1,url.scheme=https}";
  EXPECT_EQ(shown(metrics),
            (std::vector<std::string>{"http.client.request.body.size" + labels + " 1 5",
                                      "http.client.request.duration" + labels + " 1 0"}));
}

TEST(CallMetrics, OfRpcHaveTheReferencesNamesAndLabels) {
  MetricRegistry metrics(MetricLevel::detailed);
  RpcCalls server(metrics, CallSide::server, {});
  server.record("/x.Y/Export", Code::ok, std::chrono::seconds(1));
  RpcCalls client(metrics, CallSide::client, address_labels("a", 0));
  client.record("/x.Y/Export", Code::unavailable, std::chrono::seconds(1));
  EXPECT_EQ(shown(metrics),
            (std::vector<std::string>{
                "rpc.client.call.duration{rpc.method=x.Y/Export,rpc.response.status_code="
                "UNAVAILABLE,rpc.system.name=grpc,server.address=a} 1 1",
                "rpc.server.call.duration{rpc.method=x.Y/Export,rpc.response.status_code=OK,"
                "rpc.system.name=grpc} 1 1"}));
}

TEST(CallMetrics, PeersCannotMakeSeries) {
  MetricRegistry metrics(MetricLevel::detailed);
  HttpCalls calls(metrics, CallSide::server, {});
  RpcCalls rpc(metrics, CallSide::client, {});
  for (int i = 0; i < 100; ++i) {
    calls.record({.method = "M" + std::to_string(i), .status = 405});
    rpc.record("/x/y", static_cast<Code>(100 + i), {});
  }
  EXPECT_EQ(metrics.collect().size(), 4U);
}

TEST(CallMetrics, RecordNothingBelowTheirLevel) {
  MetricRegistry metrics(MetricLevel::normal);
  HttpCalls calls(metrics, CallSide::server, {});
  RpcCalls rpc(metrics, CallSide::server, {});
  calls.record({.method = "POST", .status = 200});
  rpc.record("/x/y", Code::ok, {});
  EXPECT_FALSE(calls.is_recording() || rpc.is_recording());
  EXPECT_TRUE(metrics.infos().empty());
}

}  // namespace
}  // namespace telemill::components::shared
