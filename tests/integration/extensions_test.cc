// health_check and zpages of the running program, and what an operator sees of its beginning and
// its end.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "integration/collector_process.h"
#include "integration/connection.h"

namespace telemill::integration {
namespace {

/// The port that the log names for an extension's server.
uint16_t page_port(const std::string& log, const std::string& id) {
  size_t at = 0;
  while ((at = log.find("Starting page server", at)) != std::string::npos) {
    const std::string line = log.substr(at, log.find('\n', at) - at);
    at += line.size();
    if (line.find("\"" + id + "\"") == std::string::npos) continue;
    return static_cast<uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
  }
  ADD_FAILURE() << "no server of " << id << " in " << log;
  return 0;
}

struct Answer {
  int status = 0;
  std::string head, body;
};

Answer get(uint16_t port, const std::string& path, const std::string& more = {}) {
  Connection connection(port);
  const std::string all = connection.send_and_listen(
      "GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + more + "\r\n");
  Answer answer;
  const size_t end = all.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.head = all.substr(0, end);
  answer.body = all.substr(end + 4);
  answer.status = std::stoi(answer.head.substr(9));
  return answer;
}

/// Every element is closed in order, nothing but known entities, one root: HTML that is also XML.
void expect_well_formed(std::string_view html) {
  ASSERT_TRUE(html.starts_with("<!DOCTYPE html>\n")) << html.substr(0, 40);
  html.remove_prefix(html.find('\n') + 1);
  std::vector<std::string> open;
  size_t roots = 0;
  while (!html.empty()) {
    if (html.front() != '<') {
      const std::string_view text = html.substr(0, html.find('<'));
      EXPECT_EQ(text.find('>'), std::string_view::npos) << text;
      for (size_t at = text.find('&'); at != text.npos; at = text.find('&', at + 1)) {
        const size_t semicolon = text.find(';', at);
        ASSERT_LT(semicolon - at, 8U) << text;
      }
      html.remove_prefix(text.size());
      continue;
    }
    const size_t end = html.find('>');
    ASSERT_NE(end, std::string_view::npos);
    const std::string_view tag = html.substr(1, end - 1);
    html.remove_prefix(end + 1);
    if (tag.starts_with('/')) {
      ASSERT_FALSE(open.empty()) << tag;
      ASSERT_EQ(open.back(), tag.substr(1));
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      if (open.empty()) ++roots;
      open.emplace_back(tag.substr(0, tag.find(' ')));
    }
  }
  EXPECT_TRUE(open.empty());
  EXPECT_EQ(roots, 1U);
}

constexpr const char* config_head =
    "receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:0'}}}}\n"
    "exporters: {nop: , debug: }\n"
    "processors: {batch: }\n";
constexpr const char* pipelines =
    "  pipelines:\n"
    "    traces: {receivers: [otlp], processors: [batch], exporters: [nop]}\n"
    "    logs/a&b: {receivers: [otlp], exporters: [nop, debug]}\n";

TEST(Extensions, HealthCheckSaysWhetherDataIsTaken) {
  CollectorProcess collector(std::string(config_head) +
                             "extensions: {health_check: {endpoint: '127.0.0.1:0'}}\n"
                             "service:\n  extensions: [health_check]\n" +
                             pipelines);
  const uint16_t port = page_port(collector.child().log(), "health_check");
  const Answer healthy = get(port, "/");
  EXPECT_EQ(healthy.status, 200) << healthy.head;
  EXPECT_NE(healthy.head.find("application/json"), std::string::npos);
  EXPECT_TRUE(healthy.body.starts_with(R"({"status":"Server available","upSince":"20)"))
      << healthy.body;
  EXPECT_TRUE(healthy.body.ends_with("s\"}")) << healthy.body;
  EXPECT_EQ(get(port, "/else").status, 404);

  // A client that does not end its request keeps the drain open for a while.
  Connection slow(collector.http_port());
  slow.send(
      "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
      "content-length: 100\r\n\r\n{");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  collector.child().send_signal(SIGTERM);
  ASSERT_TRUE(collector.child().wait_for_log("Starting shutdown"));
  const Answer stopping = get(port, "/");
  EXPECT_EQ(stopping.status, 503) << stopping.head;
  EXPECT_EQ(stopping.body,
            R"({"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""})");
  slow.reset();
  EXPECT_EQ(collector.child().wait().exit_status, 0);
}

TEST(Extensions, HealthCheckServesManyWhileOneDawdles) {
  CollectorProcess collector(
      std::string(config_head) +
      "extensions: {health_check: {endpoint: '127.0.0.1:0', read_header_timeout: 300ms}}\n"
      "service:\n  extensions: [health_check]\n" +
      pipelines);
  const uint16_t port = page_port(collector.child().log(), "health_check");
  Connection slow(port);
  slow.send("GET / HT");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get(port, "/").status, 200);
  slow.receive_all();  // is cut off
  EXPECT_TRUE(slow.has_ended());
  std::string filler;
  while (filler.size() < 1'000'000) filler += "x-filler: 0123456789abcdef\r\n";
  const Answer refused = get(port, "/", filler);
  EXPECT_TRUE(refused.status == 431 || refused.status == 0) << refused.status;
  EXPECT_EQ(get(port, "/").status, 200);
  collector.stop();
}

TEST(Extensions, HealthCheckV2LooksAtComponents) {
  CollectorProcess collector(
      std::string(config_head) +
      "extensions: {health_check: {use_v2: true, http: {endpoint: '127.0.0.1:0'}}}\n"
      "service:\n  extensions: [health_check]\n" +
      pipelines);
  const uint16_t port = page_port(collector.child().log(), "health_check");
  const Answer whole = get(port, "/status");
  EXPECT_EQ(whole.status, 200);
  EXPECT_NE(whole.body.find(R"("healthy":true,"status":"StatusOK")"), std::string::npos)
      << whole.body;
  EXPECT_EQ(whole.body.find("components"), std::string::npos);
  const Answer verbose = get(port, "/status?verbose");
  EXPECT_NE(verbose.body.find(R"("receiver:otlp":{"healthy":true,"status":"StatusOK")"),
            std::string::npos)
      << verbose.body;
  EXPECT_EQ(get(port, "/status?pipeline=logs%2Fa%26b").status, 200);
  EXPECT_EQ(get(port, "/status?pipeline=metrics").status, 404);
  EXPECT_EQ(get(port, "/").status, 404);
  collector.stop();
}

TEST(Extensions, ZpagesAreWellFormedAndTellOfPipelines) {
  CollectorProcess collector(
      std::string(config_head) +
      "extensions: {zpages: {endpoint: '127.0.0.1:0', expvar: {enabled: true}}, "
      "pprof: {endpoint: '127.0.0.1:0'}}\n"
      "service:\n  extensions: [zpages, pprof]\n" +
      pipelines);
  const uint16_t port = page_port(collector.child().log(), "zpages");
  for (const std::string page : {"", "servicez", "pipelinez", "extensionz", "featurez", "tracez"}) {
    SCOPED_TRACE(page);
    const Answer answer = get(port, "/debug/" + page);
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.head.find("text/html"), std::string::npos);
    expect_well_formed(answer.body);
    EXPECT_EQ(answer.body.find("http://"), std::string::npos) << "nothing from outside";
  }
  const std::string pipelinez = get(port, "/debug/pipelinez").body;
  EXPECT_NE(pipelinez.find("<h2>logs/a&amp;b</h2>"), std::string::npos) << pipelinez;
  EXPECT_NE(pipelinez.find("<td>processor</td><td>batch</td><td>StatusOK</td>"), std::string::npos)
      << pipelinez;
  EXPECT_NE(get(port, "/debug/servicez").body.find("<td>Lanes</td>"), std::string::npos);
  EXPECT_TRUE(get(port, "/debug/expvarz").body.starts_with("{\n"));
  EXPECT_EQ(get(port, "/debug/nothing").status, 404);
  const uint16_t pprof_port = page_port(collector.child().log(), "pprof");
  EXPECT_EQ(get(pprof_port, "/debug/pprof/").status, 200);
  EXPECT_EQ(get(pprof_port, "/debug/pprof/profile?seconds=1").status, 501);
  collector.stop();
}

TEST(Extensions, PagesMayAskForCredentials) {
  CollectorProcess collector(
      std::string(config_head) +
      "extensions:\n"
      "  zpages: {endpoint: '127.0.0.1:0', auth: {authenticator: basicauth}}\n"
      "  basicauth: {htpasswd: {inline: \"slow:"
      "$$2y$$05$$CCCCCCCCCCCCCCCCCCCCC.vTdnMkpWk2uFGdD13bbQkt9V3Bbgxl.\"}}\n"
      "service:\n  extensions: [zpages, basicauth]\n" +
      pipelines);
  const uint16_t port = page_port(collector.child().log(), "zpages");
  EXPECT_EQ(get(port, "/debug/servicez").status, 401);
  EXPECT_EQ(get(port, "/debug/servicez", "authorization: Basic c2xvdzp3cm9uZw==\r\n").status, 401);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(
        get(port, "/debug/servicez", "authorization: Basic c2xvdzpvcGVuIHNlc2FtZQ==\r\n").status,
        200);
  }
  collector.stop();
}

TEST(Extensions, ATakenPortIsAnErrorAtStart) {
  CollectorProcess first(std::string(config_head) +
                         "extensions: {zpages: {endpoint: '127.0.0.1:0'}}\n"
                         "service:\n  extensions: [zpages]\n" +
                         pipelines);
  const uint16_t port = page_port(first.child().log(), "zpages");
  const Folder folder;
  ChildProgram second(
      {"--config",
       folder.write("config.yaml",
                    std::string(config_head) +
                        "extensions: {zpages: {endpoint: '127.0.0.1:" + std::to_string(port) +
                        "'}}\nservice:\n  telemetry: {metrics: {level: none}}\n"
                        "  extensions: [zpages]\n" +
                        pipelines)});
  const Ended ended = second.wait();
  EXPECT_NE(ended.exit_status, 0);
  EXPECT_NE(ended.log.find("failed to start \"zpages\" extension"), std::string::npos) << ended.log;
  first.stop();
}

}  // namespace
}  // namespace telemill::integration
