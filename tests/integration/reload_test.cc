// SIGHUP looks at the configuration and never stops a running collector; two collectors never share
// a port.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "integration/collector_process.h"
#include "integration/connection.h"

namespace telemill::integration {
namespace {

/// The status of a request with one span.
int send_span(uint16_t port) {
  Connection connection(port);
  return status_of(connection.send_and_listen(http_post(spans(1))));
}

TEST(Reload, ABrokenConfigurationIsNamedAndTheRunningOneGoesOn) {
  CollectorProcess collector(plain_config);
  ASSERT_EQ(send_span(collector.http_port()), 200);
  collector.write_config("receivers:\n  otlp:\n    protocols: {gprc: {}}\nexporters: {nop: }\n");
  collector.child().send_signal(SIGHUP);
  EXPECT_TRUE(collector.child().wait_for_log("the configuration is invalid"));
  const std::string log = collector.child().log();
  EXPECT_NE(log.find("config.yaml:3:17"), std::string::npos) << log;
  EXPECT_NE(log.find("did you mean \"grpc\"?"), std::string::npos) << log;
  EXPECT_TRUE(collector.child().is_running());
  EXPECT_EQ(send_span(collector.http_port()), 200);
  const Counts counts = collector.stop();
  EXPECT_EQ(counts.received, 2);
  EXPECT_EQ(counts.delivered, 2);
}

TEST(Reload, AMissingConfigurationIsNamedAndTheRunningOneGoesOn) {
  CollectorProcess collector(plain_config);
  std::filesystem::remove(collector.config_path());
  for (int i = 0; i < 3; ++i) collector.child().send_signal(SIGHUP);
  EXPECT_TRUE(collector.child().wait_for_log("the configuration is invalid"));
  EXPECT_NE(collector.child().log().find(collector.config_path()), std::string::npos);
  EXPECT_EQ(send_span(collector.http_port()), 200);
  EXPECT_EQ(collector.stop().delivered, 1);
}

TEST(Reload, AValidConfigurationIsSaidToBeValid) {
  CollectorProcess collector(plain_config);
  collector.child().send_signal(SIGHUP);
  EXPECT_TRUE(collector.child().wait_for_log("SIGHUP: the configuration is valid"));
  EXPECT_EQ(send_span(collector.http_port()), 200);
  EXPECT_EQ(collector.stop().delivered, 1);
}

TEST(TwoCollectors, TheSecondOneFailsAndTheFirstKeepsEveryRequest) {
  CollectorProcess first(plain_config, {"--lanes", "2"});
  for (const auto& [protocol, port] :
       {std::pair{"grpc", first.grpc_port()}, std::pair{"http", first.http_port()}}) {
    const std::string endpoint = "127.0.0.1:" + std::to_string(port);
    const Folder folder;
    const std::string path =
        folder.write("config.yaml", "receivers:\n  otlp:\n    protocols: {" +
                                        std::string(protocol) + ": {endpoint: '" + endpoint +
                                        "'}}\nexporters: {nop: }\nservice:\n  pipelines:\n"
                                        "    traces: {receivers: [otlp], exporters: [nop]}\n");
    const Ended second =
        ChildProgram({"--lanes", "2", "--set", no_metrics, "--config", path}).wait();
    EXPECT_EQ(second.exit_status, 1) << "signal " << second.signal << "\n" << second.log;
    EXPECT_NE(second.log.find("failed to start \"otlp\" receiver"), std::string::npos)
        << second.log;
    EXPECT_NE(second.log.find(endpoint), std::string::npos) << second.log;
    EXPECT_NE(second.log.find("in use"), std::string::npos) << second.log;
    EXPECT_EQ(second.log.find("Everything is ready"), std::string::npos) << second.log;
  }
  // Had the second one taken a share of the connections, some of these would be lost.
  constexpr int request_count = 50;
  for (int i = 0; i < request_count; ++i) ASSERT_EQ(send_span(first.http_port()), 200);
  EXPECT_EQ(first.stop().received, request_count);
}

}  // namespace
}  // namespace telemill::integration
