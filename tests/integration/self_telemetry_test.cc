// What the collector tells about itself: the metrics page by the reference's names, read by the
// real Prometheus; pushed metrics and log records; log settings.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "integration/collector_process.h"
#include "integration/connection.h"
#include "integration/scrape.h"
#include "integration/sink_process.h"
#include "transport/client_fixture.h"

namespace telemill::integration {
namespace {

bool eventually(const std::function<bool()>& holds,
                std::chrono::seconds patience = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A collector with batches and a back end; `telemetry` is YAML below service::telemetry.
std::string config_of(const std::string& telemetry, uint16_t sink_port) {
  return R"(
receivers:
  otlp:
    protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0'}}
processors: {batch: {timeout: 10ms}}
exporters:
  otlp_grpc: {endpoint: '127.0.0.1:)" +
         std::to_string(sink_port) + R"(', tls: {insecure: true}}
service:
  telemetry: {)" +
         telemetry + R"(}
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [otlp_grpc]}
    metrics: {receivers: [otlp], processors: [batch], exporters: [otlp_grpc]}
    logs: {receivers: [otlp], processors: [batch], exporters: [otlp_grpc]}
)";
}

int post_json(uint16_t port, const std::string& path, const std::string& body) {
  Connection connection(port);
  return status_of(connection.send_and_listen(
      "POST " + path +
      " HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body));
}

/// Three spans, two points and one record.
void send_all_signals(uint16_t port) {
  EXPECT_EQ(
      post_json(port, "/v1/traces", R"({"resourceSpans":[{"scopeSpans":[{"spans":[{},{},{}]}]}]})"),
      200);
  EXPECT_EQ(post_json(port, "/v1/metrics",
                      R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":)"
                      R"({"dataPoints":[{"asInt":"1"},{"asInt":"2"}]}}]}]}]})"),
            200);
  EXPECT_EQ(
      post_json(port, "/v1/logs", R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]})"),
      200);
}

/// One row of the reference's table: the least level, the type and the labels of a metric.
struct Row {
  std::string_view name;
  std::string_view type;
  int level;  // 1 basic, 2 normal, 3 detailed
  std::set<std::string> labels;
  double sum = -1;             // of all series; -1: whatever
  std::set<std::string> more;  // labels it may have besides
};

const std::vector<Row>& rows() {
  static const std::set<std::string> in = {"receiver", "transport"};
  static const std::set<std::string> out = {"exporter"};
  static const std::set<std::string> peer = {"server.address", "server.port", "server_address",
                                             "server_port", "url_path"};
  static const std::set<std::string> batch = {"processor"};
  static const std::set<std::string> queue = {"exporter", "data_type"};
  static const std::set<std::string> http = {"http_request_method",
                                             "http_response_status_code",
                                             "http_route",
                                             "network_protocol_name",
                                             "network_protocol_version",
                                             "server_address",
                                             "server_port",
                                             "url_scheme"};
  static const std::set<std::string> rpc = {"rpc_method", "rpc_response_status_code",
                                            "rpc_system_name", "server_address", "server_port"};
  static const std::vector<Row> table = {
      {"http_server_request_duration", "histogram", 3, http, -1, {}},
      {"http_server_request_body_size", "histogram", 3, http, -1, {}},
      {"http_server_response_body_size", "histogram", 3, http, -1, {}},
      {"rpc_client_call_duration", "histogram", 3, rpc, -1, {}},
      {"otelcol_receiver_accepted_spans", "counter", 1, in, 3, {}},
      {"otelcol_receiver_accepted_metric_points", "counter", 1, in, 2, {}},
      {"otelcol_receiver_accepted_log_records", "counter", 1, in, 1, {}},
      {"otelcol_receiver_refused_spans", "counter", 1, in, 0, {}},
      {"otelcol_receiver_refused_metric_points", "counter", 1, in, 0, {}},
      {"otelcol_receiver_refused_log_records", "counter", 1, in, 0, {}},
      {"otelcol_receiver_failed_spans", "counter", 1, in, 0, {}},
      {"otelcol_receiver_failed_metric_points", "counter", 1, in, 0, {}},
      {"otelcol_receiver_failed_log_records", "counter", 1, in, 0, {}},
      {"otelcol_exporter_sent_spans", "counter", 1, out, 3, peer},
      {"otelcol_exporter_sent_metric_points", "counter", 1, out, 2, peer},
      {"otelcol_exporter_sent_log_records", "counter", 1, out, 1, peer},
      {"otelcol_exporter_send_failed_spans", "counter", 1, out, 0, {}},
      {"otelcol_exporter_enqueue_failed_spans", "counter", 1, out, 0, {}},
      {"otelcol_exporter_queue_size", "gauge", 1, queue, 0, {}},
      {"otelcol_processor_batch_batch_size_trigger_send", "counter", 1, batch, 0, {}},
      {"otelcol_processor_batch_timeout_trigger_send", "counter", 1, batch, 3, {}},
      {"otelcol_processor_batch_metadata_cardinality", "gauge", 1, batch, -1, {}},
      {"otelcol_processor_batch_batch_send_size", "histogram", 2, batch, 3, {}},
      {"otelcol_processor_batch_batch_send_size_bytes", "histogram", 3, batch, 3, {}},
      {"otelcol_process_uptime", "counter", 1, {}, -1, {}},
      {"otelcol_process_cpu_seconds", "counter", 1, {}, -1, {}},
      {"otelcol_process_memory_rss", "gauge", 1, {}, -1, {}},
      {"otelcol_process_runtime_heap_alloc_bytes", "gauge", 1, {}, -1, {}},
      {"otelcol_process_runtime_total_sys_memory_bytes", "gauge", 1, {}, -1, {}},
      {"otelcol_process_runtime_total_alloc_bytes", "counter", 1, {}, -1, {}},
      {"target_info",
       "gauge",
       1,
       {"service_instance_id", "service_name", "service_version"},
       1,
       {}},
  };
  return table;
}

void expect_row(const Row& row, const ScrapedPage& page, int level) {
  SCOPED_TRACE(std::string(row.name) + " at level " + std::to_string(level));
  const auto found = page.find(std::string(row.name));
  if (level < row.level) {
    EXPECT_EQ(found, page.end());
    return;
  }
  ASSERT_NE(found, page.end());
  EXPECT_EQ(found->second.type, row.type);
  std::set<std::string> labels = found->second.labels;
  for (const std::string& label : row.more) labels.erase(label);
  EXPECT_EQ(labels, row.labels);
  if (row.sum >= 0) {
    EXPECT_EQ(found->second.sum, row.sum);
  }
}

class MetricsPageAtLevel : public ::testing::TestWithParam<int> {};

TEST_P(MetricsPageAtLevel, HasTheReferencesRows) {
  constexpr std::array<std::string_view, 4> names = {"none", "basic", "normal", "detailed"};
  SinkProcess sink;
  CollectorProcess collector(
      config_of("metrics: {level: " + std::string(names.at(static_cast<size_t>(GetParam()))) + "}",
                sink.grpc_port()),
      {"--lanes", "2"});
  ASSERT_NE(collector.metrics_port(), 0);
  send_all_signals(collector.http_port());
  ScrapedPage page;
  EXPECT_TRUE(eventually([&] {
    page = read_page(fetch_page(collector.metrics_port()));
    return page["otelcol_exporter_sent_spans"].sum == 3 &&
           page["otelcol_exporter_sent_metric_points"].sum == 2 &&
           page["otelcol_exporter_sent_log_records"].sum == 1;
  }));
  page = read_page(fetch_page(collector.metrics_port()));
  for (const Row& row : rows()) {
    // At level detailed these have reasons for labels, and there is none yet.
    const bool needs_failure = GetParam() == 3 && row.name.find("send_failed") != row.name.npos;
    if (!needs_failure) expect_row(row, page, GetParam());
  }
  const Counts counts = collector.stop();
  EXPECT_EQ(counts.received, 6);
  EXPECT_EQ(counts.delivered, 6);
  EXPECT_EQ(counts.lost, 0);
}
INSTANTIATE_TEST_SUITE_P(Levels, MetricsPageAtLevel, ::testing::Values(1, 2, 3));

TEST(SelfTelemetry, IsDocumentedInFull) {
  SinkProcess sink;
  CollectorProcess collector(config_of("metrics: {level: detailed}", sink.grpc_port()));
  const std::string docs = read_file(TELEMILL_SOURCE_ROOT "/docs/telemetry.md");
  ASSERT_FALSE(docs.empty());
  const ScrapedPage page = read_page(fetch_page(collector.metrics_port()));
  EXPECT_GT(page.size(), 20U);
  for (const auto& [name, metric] : page) {
    std::string row = name;
    for (const std::string items : {"spans", "metric_points", "log_records", "profile_samples"}) {
      if (row.ends_with(items)) row.replace(row.size() - items.size(), items.size(), "X");
    }
    EXPECT_NE(docs.find("`" + row + "`"), std::string::npos) << name;
  }
}

TEST(SelfTelemetry, WithLevelNoneListensNowhere) {
  SinkProcess sink;
  CollectorProcess collector(config_of("metrics: {level: none}", sink.grpc_port()));
  EXPECT_EQ(collector.metrics_port(), 0);
  send_all_signals(collector.http_port());
  EXPECT_EQ(collector.stop().received, 6) << "the summary counts at every level";
}

TEST(SelfTelemetry, IsScrapedByPrometheus) {
  if (transport::testing::find_program("prometheus").empty()) {
    GTEST_SKIP() << "needs the program prometheus";
  }
  SinkProcess sink;
  CollectorProcess collector(config_of("", sink.grpc_port()));
  send_all_signals(collector.http_port());
  const Folder folder;
  std::filesystem::create_directory(folder.path("data"));
  const std::string config =
      folder.write("prometheus.yml",
                   "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
                   "scrape_configs: [{job_name: t, static_configs: [{targets: ['127.0.0.1:" +
                       std::to_string(collector.metrics_port()) + "']}]}]\n");
  // A port of the kernel's choice is not told by this program: take one that was free just now.
  uint16_t port = 0;
  {
    const auto address = runtime::resolve({.host = "127.0.0.1", .port = 0});
    const auto socket = runtime::listen_on(address->front(), true);
    port = runtime::bound_address(*socket)->port();
  }
  ChildProgram prometheus({"--config.file=" + config, "--storage.tsdb.path=" + folder.path("data"),
                           "--web.listen-address=127.0.0.1:" + std::to_string(port)},
                          "prometheus");
  ASSERT_TRUE(prometheus.wait_for_log("Server is ready")) << prometheus.log();
  const auto query = [port](const std::string& expression) {
    Connection connection(port);
    connection.send("GET /api/v1/query?query=" + expression + " HTTP/1.1\r\nhost: a\r\n" +
                    "connection: close\r\n\r\n");
    return connection.receive_all();
  };
  EXPECT_TRUE(eventually([&] {
    return query("otelcol_exporter_sent_spans").find("\"3\"]") != std::string::npos;
  })) << query("otelcol_exporter_sent_spans")
      << query("up");
  EXPECT_NE(query("otelcol_processor_batch_batch_send_size_count").find("\"value\""),
            std::string::npos);
  EXPECT_NE(query("target_info").find("service_instance_id"), std::string::npos);
  EXPECT_NE(query("up").find("\"1\"]"), std::string::npos) << query("up");
}

TEST(SelfTelemetry, IsCleanForPromtool) {
  if (transport::testing::find_program("promtool").empty())
    GTEST_SKIP() << "needs the program promtool";
  SinkProcess sink;
  CollectorProcess collector(config_of("metrics: {level: detailed}", sink.grpc_port()));
  const Folder folder;
  folder.write("page", fetch_page(collector.metrics_port()));
  ChildProgram promtool({"-c", "promtool check metrics < " + folder.path("page")}, "sh");
  const Ended ended = promtool.wait();
  // Style advice about counters without `_total` ends with 3, a page that cannot be read with 1.
  EXPECT_TRUE(ended.exit_status == 0 || ended.exit_status == 3) << ended.log << ended.output;
  EXPECT_EQ(ended.log.find("parsing error"), std::string::npos) << ended.log;
}

std::string otlp_peer(const std::string& protocol, uint16_t port, const std::string& more = {}) {
  return "otlp: {protocol: " + protocol + ", endpoint: 'http://127.0.0.1:" + std::to_string(port) +
         "'" + more + "}";
}

TEST(SelfTelemetry, PushesItsMetricsOverBothProtocols) {
  for (const std::string protocol : {"grpc", "http/protobuf"}) {
    SCOPED_TRACE(protocol);
    SinkProcess back_end;
    SinkProcess sink(true);
    const uint16_t port = protocol == "grpc" ? sink.grpc_port() : sink.http_port();
    CollectorProcess collector(config_of(
        "metrics: {readers: [{periodic: {interval: 100, exporter: {" +
            otlp_peer(protocol, port, ", compression: gzip, headers: [{name: X-A, value: b}]") +
            "}}}]}, resource: {service.name: pushed}",
        back_end.grpc_port()));
    EXPECT_EQ(collector.metrics_port(), 0) << "explicit readers replace the page";
    EXPECT_TRUE(eventually([&] {
      return read_file(sink.saved_path("metrics")).find("otelcol_process_uptime") !=
             std::string::npos;
    })) << collector.child().log();
    collector.stop();
    sink.stop();
    const std::string saved = read_file(sink.saved_path("metrics"));
    EXPECT_NE(saved.find("service.instance.id"), std::string::npos);
    EXPECT_NE(saved.find("pushed"), std::string::npos);
    EXPECT_NE(saved.find("otelcol_receiver_accepted_spans"), std::string::npos);
  }
}

TEST(SelfTelemetry, PushesItsLogRecordsTogetherAndAlone) {
  for (const std::string kind : {"batch", "simple"}) {
    SCOPED_TRACE(kind);
    SinkProcess back_end;
    SinkProcess sink(true);
    CollectorProcess collector(config_of("logs: {processors: [{" + kind + ": {exporter: {" +
                                             otlp_peer("http/protobuf", sink.http_port()) + "}}}]}",
                                         back_end.grpc_port()));
    EXPECT_TRUE(eventually([&] {
      return read_file(sink.saved_path("logs")).find("Starting HTTP server") != std::string::npos;
    })) << collector.child().log();
    collector.stop();
    sink.stop();
    EXPECT_NE(read_file(sink.saved_path("logs")).find("otelcol.component.id"), std::string::npos);
  }
}

/// What waits for a back end that is down is lost at the end, and the ledger says so as the
/// summary.
TEST(SelfTelemetry, TheLossLedgerAgreesWithTheSummary) {
  CollectorProcess collector(config_of("metrics: {level: detailed}", 1),
                             {"--set",
                              "exporters.otlp_grpc.retry_on_failure={enabled: "
                              "false}"});
  send_all_signals(collector.http_port());
  ScrapedPage page;
  EXPECT_TRUE(eventually([&] {
    page = read_page(fetch_page(collector.metrics_port()));
    return page["telemill_lost_items"].sum == 6;
  })) << page["telemill_lost_items"].sum;
  EXPECT_EQ(page["telemill_lost_items"].labels,
            (std::set<std::string>{"component", "reason", "signal"}));
  const ScrapedMetric& failed = page["otelcol_exporter_send_failed_spans"];
  EXPECT_EQ(failed.sum, 3);
  EXPECT_EQ(failed.labels, (std::set<std::string>{"error_permanent", "error_type", "exporter"}));
  const Counts counts = collector.stop();
  EXPECT_EQ(counts.received, 6);
  EXPECT_EQ(counts.delivered, 0);
  EXPECT_EQ(counts.lost, 6);
}

TEST(SelfTelemetry, APeerThatIsDownDelaysNoEnd) {
  SinkProcess back_end;
  CollectorProcess collector(config_of(
      "metrics: {readers: [{periodic: {interval: 50, exporter: {" + otlp_peer("grpc", 1) +
          "}}}]}, logs: {processors: [{batch: {exporter: {" + otlp_peer("grpc", 1) + "}}}]}",
      back_end.grpc_port()));
  EXPECT_TRUE(collector.child().wait_for_log("telemetry.metrics_push_failed"));
  send_all_signals(collector.http_port());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(collector.stop().delivered, 6);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8));
}

TEST(SelfTelemetry, APortInUseIsNamedAndNothingStarts) {
  CollectorProcess first(plain_config);
  const std::string port = std::to_string(first.metrics_port());
  const Folder folder;
  const Ended second =
      ChildProgram({"--config", folder.write("c.yaml", plain_config), "--config",
                    folder.write("d.yaml",
                                 "service: {telemetry: {metrics: {readers: [{pull: "
                                 "{exporter: {prometheus: {host: 127.0.0.1, port: " +
                                     port + "}}}}]}}}")})
          .wait();
  EXPECT_EQ(second.exit_status, 1);
  for (const std::string& part : {std::string("failed to start prometheus metrics reader"),
                                  std::string("service::telemetry::metrics::readers[0]"),
                                  "127.0.0.1:" + port, std::string("in use")}) {
    EXPECT_NE(second.log.find(part), std::string::npos) << part << "\n" << second.log;
  }
  EXPECT_EQ(second.log.find("Everything is ready"), std::string::npos);
}

TEST(SelfTelemetry, ALogFileThatCannotBeOpenedIsNamedAndNothingStarts) {
  const Folder folder;
  const Ended ended =
      ChildProgram({"--config", folder.write("c.yaml", plain_config), "--set", no_metrics, "--set",
                    "service.telemetry.logs.output_paths=[/nowhere/log]"})
          .wait();
  EXPECT_EQ(ended.exit_status, 1);
  EXPECT_NE(ended.log.find("\"/nowhere/log\": No such file"), std::string::npos) << ended.log;
}

TEST(SelfTelemetry, WritesJsonLinesToAFile) {
  const Folder folder;
  const std::string path = folder.path("log.json");
  {
    CollectorProcess collector(
        plain_config, {"--set", "service.telemetry.logs.output_paths=[stderr, " + path + "]",
                       "--set", "service.telemetry.logs.encoding=json", "--set",
                       "service.telemetry.logs.initial_fields={team: a}"});
    collector.stop();
  }
  const std::string log = read_file(path);
  EXPECT_TRUE(log.starts_with(R"({"ts":")")) << log;
  EXPECT_NE(log.find(R"("msg":"Everything is ready. Begin running and processing data.",)"
                     R"("resource":{"service.instance.id":")"),
            std::string::npos)
      << log;
  EXPECT_NE(log.find(R"("team":"a")"), std::string::npos) << log;
}

TEST(SelfTelemetry, HostileScrapersHarmNobody) {
  CollectorProcess collector(plain_config);
  const uint16_t port = collector.metrics_port();
  const auto answer_to = [port](const std::string& request) {
    Connection connection(port);
    connection.send(request);
    return connection.receive_answer();
  };
  EXPECT_EQ(status_of(answer_to("GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n")), 414);
  EXPECT_EQ(status_of(answer_to("GET /metrics/../etc HTTP/1.1\r\nhost: a\r\n\r\n")), 404);
  EXPECT_EQ(status_of(answer_to("DELETE /metrics HTTP/1.1\r\nhost: a\r\n\r\n")), 405);
  EXPECT_EQ(status_of(answer_to("\x01\x02nonsense\r\n\r\n")), 400);
  EXPECT_EQ(status_of(answer_to("POST /metrics HTTP/1.1\r\nhost: a\r\ncontent-length: "
                                "99999999999\r\n\r\n")),
            405);
  const size_t descriptors = collector.descriptor_count();
  std::vector<std::unique_ptr<Connection>> crowd;
  for (int i = 0; i < 1000; ++i) {
    crowd.push_back(std::make_unique<Connection>(port));
    if (crowd.back()->is_open()) crowd.back()->send("GET /metrics HTT");  // and no more
  }
  EXPECT_LT(collector.descriptor_count(), descriptors + 100);
  Connection client(collector.http_port());
  EXPECT_EQ(status_of(client.send_and_listen(http_post(spans(1)))), 200);
  crowd.clear();
  EXPECT_TRUE(eventually([port] { return !fetch_page(port).empty(); }));
  EXPECT_EQ(collector.stop().received, 1);
}

TEST(SelfTelemetry, ALogThatNobodyReadsHoldsNobodyUp) {
  // A shell that reads nothing until it is told to: the pipe is full after 64 KiB.
  const Folder folder;
  const std::string fifo = folder.path("pipe");
  ASSERT_EQ(::system(("mkfifo " + fifo + " && sleep 0").c_str()),
            0);  // NOLINT(concurrency-mt-unsafe)
  std::FILE* const reader = std::fopen(fifo.c_str(), "r+");
  ASSERT_NE(reader, nullptr);
  CollectorProcess collector(
      plain_config,
      {"--set", "service.telemetry.logs.output_paths=[stderr, " + fifo + "]", "--set",
       "service.telemetry.logs.initial_fields={padding: " + std::string(70'000, 'x') + "}"});
  Connection client(collector.http_port());
  EXPECT_EQ(status_of(client.send_and_listen(http_post(spans(1)))), 200);
  EXPECT_EQ(collector.stop().received, 1);
  std::fclose(reader);
}

}  // namespace
}  // namespace telemill::integration
