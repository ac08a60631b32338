// Real configurations that are made of built components alone: the program runs them, takes
// traffic on each of their pipelines and passes all of it on.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "integration/collector_process.h"
#include "integration/connection.h"
#include "integration/shared_configs.h"
#include "integration/sink_process.h"

namespace telemill::integration {
namespace {

constexpr size_t requests_each = 5;
constexpr size_t items_per_request = 20;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool has(const std::string& config, const std::string& text) {
  return config.find(text) != std::string::npos;
}

/// `service::pipelines` as it is written, up to the next key.
std::string pipelines_of(const std::string& config) {
  const size_t begin = config.find("\n  pipelines:\n");
  if (begin == std::string::npos) return {};
  size_t end = config.find("\n  ", begin + 1);
  while (end != std::string::npos && config.compare(end, 4, "\n   ") == 0) {
    end = config.find("\n  ", end + 1);
  }
  return config.substr(begin, end - begin);
}

/// What would meet other programs: fixed addresses, and the metrics page that all have by default.
std::vector<std::string> rebound(const std::string& config, const std::string& address,
                                 const SinkProcess& sink) {
  std::vector<std::string> sets;
  const auto set = [&sets](const std::string& what) { sets.push_back("--set=" + what); };
  if (has(config, "0.0.0.0:4317\n")) {
    set("receivers.otlp.protocols.grpc.endpoint=" + address + ":4317");
  }
  if (has(config, "  otlp_http:")) {
    set("exporters.otlp_http.endpoint=http://127.0.0.1:" + std::to_string(sink.http_port()));
  }
  if (!has(config, "readers:")) set(no_metrics);
  return sets;
}

class SharedConfigRuns : public ::testing::TestWithParam<std::string> {};

TEST_P(SharedConfigRuns, AndPassesTrafficOn) {
  const std::string address = own_address(1);
  set_variables_of_shared_configs();
  ::setenv("MY_POD_IP", address.c_str(), 1);
  const Ended judged = ChildProgram({"validate", "--config", GetParam()}).wait();
  if (judged.exit_status != 0) GTEST_SKIP() << judged.log;

  const std::string config = read_file(GetParam());
  SinkProcess sink;
  CollectorProcess collector(config, rebound(config, address, sink));
  int64_t sent = 0;
  for (const std::string signal : {"traces", "metrics", "logs"}) {
    if (!has(pipelines_of(config), "\n    " + signal + ":\n")) continue;
    SCOPED_TRACE(signal);
    const Ended ended = ChildProgram({"gen", "-q", "--endpoint", address + ":4317", "--signal",
                                      signal, "--requests", std::to_string(requests_each),
                                      "--items-per-request", std::to_string(items_per_request)})
                            .wait();
    EXPECT_EQ(ended.exit_status, 0) << ended.log;
    sent += static_cast<int64_t>(requests_each * items_per_request);
  }
  EXPECT_GT(sent, 0) << "no pipeline to send to";
  if (has(config, "readers:")) {
    Connection page(8888, address);
    page.send("GET /metrics HTTP/1.0\r\nhost: a\r\n\r\n");
    const std::string text = page.receive_all();
    EXPECT_TRUE(has(text, "\notelcol_process_uptime ")) << text;  // without units and types
  }
  const Counts counts = collector.stop();
  EXPECT_EQ(counts.received, sent);
  EXPECT_EQ(counts.delivered, sent);
  EXPECT_EQ(counts.refused, 0);
  EXPECT_EQ(counts.lost, 0);
}

std::string name_of(const ::testing::TestParamInfo<std::string>& info) {
  std::string name;
  for (const char c : info.param.substr(info.param.rfind('/') + 1)) {
    name += (std::isalnum(static_cast<unsigned char>(c)) != 0) ? c : '_';
  }
  return name;
}
INSTANTIATE_TEST_SUITE_P(Files, SharedConfigRuns, ::testing::ValuesIn(shared_configs()), name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SharedConfigRuns);

TEST(SharedConfigsRun, SomeAreMadeOfBuiltComponents) {
  if (shared_configs().empty()) GTEST_SKIP() << no_shared_configs();
  set_variables_of_shared_configs();
  size_t runnable = 0;
  for (const std::string& path : shared_configs()) {
    if (ChildProgram({"validate", "--config", path}).wait().exit_status == 0) ++runnable;
  }
  EXPECT_GE(runnable, 2U);
}

}  // namespace
}  // namespace telemill::integration
