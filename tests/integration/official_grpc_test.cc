// The gRPC side of the receiver as the official gRPC library and the official messages see it.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/logs/v1/logs_service.grpc.pb.h>
#include <opentelemetry/proto/collector/metrics/v1/metrics_service.grpc.pb.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.grpc.pb.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "integration/collector_process.h"
#include "transport/client_fixture.h"

namespace telemill::integration {
namespace {

namespace collector = opentelemetry::proto::collector;
using TraceRequest = collector::trace::v1::ExportTraceServiceRequest;
using TraceResponse = collector::trace::v1::ExportTraceServiceResponse;
using TraceStub = collector::trace::v1::TraceService::Stub;

std::shared_ptr<grpc::Channel> channel_to(
    const std::string& target,
    const std::shared_ptr<grpc::ChannelCredentials>& how = grpc::InsecureChannelCredentials()) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(target, how, arguments);
}
std::shared_ptr<grpc::Channel> channel_to(const CollectorProcess& process) {
  return channel_to("127.0.0.1:" + std::to_string(process.grpc_port()));
}

TraceRequest traces(int span_count, const std::string& name = "span") {
  TraceRequest request;
  auto* scope = request.add_resource_spans()->add_scope_spans();
  for (int i = 0; i < span_count; ++i) scope->add_spans()->set_name(name);
  return request;
}

grpc::Status call(TraceStub& stub, const TraceRequest& request, TraceResponse* response = nullptr,
                  grpc_compression_algorithm coding = GRPC_COMPRESS_NONE) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  context.set_compression_algorithm(coding);
  TraceResponse unused;
  return stub.Export(&context, request, response == nullptr ? &unused : response);
}

TEST(OfficialGrpc, EverySignalIsAcceptedWithAnEmptyPartialSuccess) {
  CollectorProcess process(plain_config);
  const auto channel = channel_to(process);
  TraceStub stub(channel);
  TraceResponse answer;
  EXPECT_TRUE(call(stub, traces(3), &answer).ok());
  EXPECT_TRUE(answer.has_partial_success());
  EXPECT_EQ(answer.partial_success().rejected_spans(), 0);
  EXPECT_TRUE(call(stub, TraceRequest{}, &answer).ok()) << "nothing is a success";

  collector::logs::v1::ExportLogsServiceRequest logs;
  logs.add_resource_logs()->add_scope_logs()->add_log_records();
  collector::logs::v1::ExportLogsServiceResponse logs_answer;
  grpc::ClientContext logs_context;
  collector::logs::v1::LogsService::Stub logs_stub(channel);
  EXPECT_TRUE(logs_stub.Export(&logs_context, logs, &logs_answer).ok());
  EXPECT_TRUE(logs_answer.has_partial_success());

  collector::metrics::v1::ExportMetricsServiceRequest metrics;
  auto* metric = metrics.add_resource_metrics()->add_scope_metrics()->add_metrics();
  metric->mutable_sum()->add_data_points();
  metric->mutable_sum()->add_data_points();
  collector::metrics::v1::ExportMetricsServiceResponse metrics_answer;
  grpc::ClientContext metrics_context;
  collector::metrics::v1::MetricsService::Stub metrics_stub(channel);
  EXPECT_TRUE(metrics_stub.Export(&metrics_context, metrics, &metrics_answer).ok());
  EXPECT_TRUE(metrics_answer.has_partial_success());

  const Counts counts = process.stop();
  EXPECT_EQ(counts.received, 6);
  EXPECT_EQ(counts.delivered, 6);
}

TEST(OfficialGrpc, GzipIsDecodedAndDeflateIs12) {
  CollectorProcess process(plain_config);
  TraceStub stub(channel_to(process));
  const TraceRequest request = traces(1000, "a name that repeats itself");
  EXPECT_TRUE(call(stub, request, nullptr, GRPC_COMPRESS_GZIP).ok());
  EXPECT_EQ(call(stub, request, nullptr, GRPC_COMPRESS_DEFLATE).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(process.stop().received, 1000);
}

TEST(OfficialGrpc, MessagesOverTheLimitAre8) {
  CollectorProcess process(plain_config);
  TraceStub stub(channel_to(process));
  const TraceRequest large = traces(1, std::string(5 << 20, 'a'));
  const grpc::Status status = call(stub, large);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_TRUE(status.error_details().empty()) << "no RetryInfo: clients are not to try again";
  EXPECT_EQ(call(stub, large, nullptr, GRPC_COMPRESS_GZIP).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(call(stub, traces(1)).ok()) << "on the same connection";
  EXPECT_EQ(process.stop().received, 1);
}

TEST(OfficialGrpc, ASignalWithoutAPipelineIs12) {
  CollectorProcess process(
      "receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}}}}\nexporters: {nop: }\n"
      "service: {pipelines: {logs: {receivers: [otlp], exporters: [nop]}}}\n");
  TraceStub stub(channel_to(process));
  EXPECT_EQ(call(stub, traces(1)).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  process.stop();
}

TEST(OfficialGrpc, ABackEndThatIsDownIs14WhenNothingQueues) {
  CollectorProcess process(R"(
receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}}}}
exporters:
  otlp_grpc:
    endpoint: 127.0.0.1:9
    tls: {insecure: true}
    sending_queue: {enabled: false}
    retry_on_failure: {enabled: false}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp_grpc]}}}
)");
  TraceStub stub(channel_to(process));
  const grpc::Status status = call(stub, traces(4));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(status.error_message().empty());
  const Counts counts = process.stop();
  EXPECT_EQ(counts.refused, 4);
  EXPECT_EQ(counts.received, 0);
}

TEST(OfficialGrpc, UnixSocketsAndTls) {
  const transport::testing::Certificates certificates;
  const Folder folder;
  const std::string path = folder.path("grpc");
  CollectorProcess on_unix(
      "receivers: {otlp: {protocols: {grpc: {endpoint: '" + path +
      "', transport: unix}}}}\nexporters: {nop: }\n"
      "service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}\n");
  TraceStub unix_stub(channel_to("unix:" + path));
  EXPECT_TRUE(call(unix_stub, traces(1)).ok());
  EXPECT_EQ(on_unix.stop().received, 1);

  if (!certificates.is_complete) GTEST_SKIP() << "the openssl program is not installed";
  CollectorProcess secure(
      "receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0', tls: {cert_file: '" +
      certificates.file("server.crt") + "', key_file: '" + certificates.file("server.key") +
      "'}}}}}\nexporters: {nop: }\n"
      "service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}\n");
  std::ifstream file(certificates.file("ca.crt"));
  const grpc::SslCredentialsOptions trust{
      .pem_root_certs = {std::istreambuf_iterator<char>(file), {}}};
  TraceStub stub(
      channel_to("localhost:" + std::to_string(secure.grpc_port()), grpc::SslCredentials(trust)));
  const grpc::Status status = call(stub, traces(1));
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(secure.stop().received, 1);
}

TEST(OfficialGrpc, ManyClientsAtOnceLoseNothing) {
  constexpr int client_count = 8;
  constexpr int calls_each = 200;
  CollectorProcess process(plain_config, {"--lanes", "2"});
  std::vector<std::thread> clients;
  std::vector<int> accepted(client_count, 0);
  for (int i = 0; i < client_count; ++i) {
    clients.emplace_back([&process, &count = accepted[static_cast<size_t>(i)]] {
      TraceStub stub(channel_to(process));
      const TraceRequest request = traces(5);
      for (int k = 0; k < calls_each; ++k) {
        const auto coding = k % 2 == 0 ? GRPC_COMPRESS_NONE : GRPC_COMPRESS_GZIP;
        if (call(stub, request, nullptr, coding).ok()) ++count;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  for (const int count : accepted) EXPECT_EQ(count, calls_each);
  EXPECT_EQ(process.stop().received, client_count * calls_each * 5);
}

}  // namespace
}  // namespace telemill::integration
