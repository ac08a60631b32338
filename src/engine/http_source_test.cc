#include "engine/http_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "config/load.h"
#include "runtime/memory_budget.h"
#include "transport/client_fixture.h"
#include "transport/server.h"

namespace telemill::engine {
namespace {

using std::chrono_literals::operator""ms;
using ::testing::HasSubstr;
using transport::testing::Certificates;

/// What each path answers; `/never` answers nothing.
class Documents final : public transport::Handler {
 public:
  transport::HeadVerdict on_head(const transport::RequestHead&) override { return {}; }
  void on_request(const transport::RequestHead& head, transport::Body,
                  transport::Exchange exchange) override {
    const std::string path(head.path);
    if (path == "/never") {
      waiting_.push_back(std::move(exchange));
      return;
    }
    transport::Response answer;
    std::string text = "a: 1\nquery: '" + std::string(head.query) + "'\n";
    if (path == "/absent") answer.status = 404;
    if (path == "/moved") {
      answer.status = 302;
      answer.headers.push_back({"location", "https://elsewhere.example/a"});
    }
    if (path == "/large") text.assign(100'000, '#');
    if (path == "/coded") answer.headers.push_back({"content-encoding", "gzip"});
    answer.body.append(base::Slice::copy_of(text));
    exchange.respond(std::move(answer));
  }
  transport::Response on_refusal(const transport::RequestHead&, transport::Refusal) override {
    return {.status = 500};
  }

 private:
  std::vector<transport::Exchange> waiting_;
};

/// A server that runs beside the test's thread, which blocks in the source.
class RunningServer {
 public:
  explicit RunningServer(std::shared_ptr<const transport::TlsContext> tls = nullptr)
      : lane_(std::move(runtime::Lane::create({})).value()), budget_(process_budget_) {
    const auto endpoint = runtime::Endpoint::parse("127.0.0.1:0");
    auto listener = runtime::listen_on(runtime::resolve(endpoint.value()).value().front(), true);
    port_ = runtime::bound_address(listener.value()).value().port();
    server_ = transport::Server::create(*lane_, budget_, std::move(listener).value(),
                                        {.tls = std::move(tls)}, documents_);
    thread_ = std::thread([this] { lane_->run(); });
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() {
    lane_->stop();
    thread_.join();
  }
  /// What follows the scheme and its colon.
  [[nodiscard]] std::string at(const std::string& path) const {
    return "//127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  Documents documents_;
  std::unique_ptr<runtime::Lane> lane_;
  runtime::MemoryBudget process_budget_{64 << 20};
  runtime::LaneBudget budget_;
  std::unique_ptr<transport::Server> server_;
  uint16_t port_ = 0;
  std::thread thread_;
};

HttpSource plain_source() {
  return HttpSource(HttpSource::Scheme::http,
                    {.connect = 2000ms, .whole = 5000ms, .bytes = 64 << 10});
}

std::string refusal(HttpSource& source, const std::string& rest) {
  auto retrieved = source.retrieve(rest);
  EXPECT_FALSE(retrieved.has_value()) << rest;
  return retrieved ? std::string() : retrieved.error().message;
}

TEST(HttpSource, GetsADocument) {
  const RunningServer server;
  HttpSource source = plain_source();
  EXPECT_EQ(source.retrieve(server.at("/a.yaml?b=c")).value().text, "a: 1\nquery: 'b=c'\n");
}

TEST(HttpSource, IsASchemeOfConfigurationsAndOfValues) {
  const RunningServer server;
  HttpSource http = plain_source();
  config::YamlSource yaml;
  config::Sources sources;
  sources.add(http);
  sources.add(yaml);
  const config::Loaded loaded = config::load(
      {.uris = {"http:" + server.at("/"), "yaml:b: ${http:" + server.at("/") + "}"}}, sources);
  EXPECT_FALSE(loaded.problems.has_errors()) << loaded.problems.render(loaded.names);
  EXPECT_EQ(loaded.root.find("a")->text, "1");
  EXPECT_EQ(loaded.root.find("b")->find("a")->text, "1");
}

TEST(HttpSource, NamesTheUrlAndTheStatus) {
  const RunningServer server;
  HttpSource source = plain_source();
  EXPECT_EQ(refusal(source, server.at("/absent")),
            "cannot get http:" + server.at("/absent") + ": the server answered 404");
}

TEST(HttpSource, DoesNotFollowRedirects) {
  const RunningServer server;
  HttpSource source = plain_source();
  EXPECT_THAT(refusal(source, server.at("/moved")),
              HasSubstr("not followed; this one leads to https://elsewhere.example/a"));
}

TEST(HttpSource, StopsAtTheSizeLimit) {
  const RunningServer server;
  HttpSource source = plain_source();
  EXPECT_THAT(refusal(source, server.at("/large")), HasSubstr("cannot get http:"));
}

TEST(HttpSource, RefusesACodingThatItDidNotAskFor) {
  const RunningServer server;
  HttpSource source = plain_source();
  EXPECT_THAT(refusal(source, server.at("/coded")), HasSubstr("coded as gzip"));
}

TEST(HttpSource, DoesNotWaitForEverForAnAnswer) {
  const RunningServer server;
  HttpSource source(HttpSource::Scheme::http, {.connect = 2000ms, .whole = 50ms});
  EXPECT_THAT(refusal(source, server.at("/never")), HasSubstr("timed out"));
}

TEST(HttpSource, DoesNotReadForEver) {
  using transport::testing::ScriptedPeer;
  const std::unique_ptr<runtime::Lane> lane = std::move(runtime::Lane::create({})).value();
  const transport::testing::ScriptedServer endless(*lane, [](ScriptedPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\na: ");  // and nothing more
  });
  std::thread thread([&lane] { lane->run(); });
  HttpSource source(HttpSource::Scheme::http, {.connect = 2000ms, .whole = 50ms});
  EXPECT_THAT(refusal(source, "//127.0.0.1:" + std::to_string(endless.port()) + "/"),
              HasSubstr("timed out"));
  lane->stop();
  thread.join();
}

TEST(HttpSource, SaysThatNobodyListens) {
  HttpSource source = plain_source();
  const std::string rest = "//127.0.0.1:" + std::to_string(transport::testing::free_port()) + "/";
  EXPECT_THAT(refusal(source, rest), HasSubstr("refused"));
}

TEST(HttpSource, RefusesWhatIsNoUrl) {
  HttpSource source = plain_source();
  for (const char* rest : {"", "//", "host/path", "//user:secret@host/", "//host:port/",
                           "//host:99999/", "///path", "//host/a b"}) {
    EXPECT_FALSE(refusal(source, rest).empty()) << rest;
  }
}

TEST(HttpSource, ChecksCertificatesByTheSystemsAuthorities) {
  const Certificates certificates;
  if (!certificates.is_complete) GTEST_SKIP() << "the openssl program is missing";
  auto tls = transport::TlsContext::create(
      transport::TlsContext::Role::server,
      {.cert_file = certificates.file("server.crt"), .key_file = certificates.file("server.key")},
      {"http/1.1"});
  ASSERT_TRUE(tls.has_value());
  const RunningServer server(*std::move(tls));
  HttpSource source(HttpSource::Scheme::https);
  EXPECT_THAT(refusal(source, server.at("/")), HasSubstr("certificate"));
  // OpenSSL's way to name other authorities of the system.
  ::setenv("SSL_CERT_FILE", certificates.file("ca.crt").c_str(), 1);
  EXPECT_EQ(source.retrieve(server.at("/")).value().text, "a: 1\nquery: ''\n");
  ::unsetenv("SSL_CERT_FILE");
}

}  // namespace
}  // namespace telemill::engine
