#include "load/behaviour.h"

#include <optional>

#include "loopback.h"
#include "runtime/worker.h"
#include "transport/client.h"

namespace telemill::load {
namespace {

using otlp::Signal;

class Misbehaving : public Loopback {
 protected:
  void start_sink_that(const Behaviour& behaviour) {
    SinkSettings settings;
    settings.behaviour = behaviour;
    start_sink(settings);
  }
};

constexpr std::array protocols{Protocol::grpc, Protocol::http, Protocol::http_json};

TEST_F(Misbehaving, RefusalsForNowAreRetriedUntilAllIsThere) {
  for (const Protocol protocol : protocols) {
    start_sink_that({.refuse_code = 14, .refuse_requests = 5});
    GenSettings settings = to_sink();
    settings.protocol = protocol;
    settings.retry = true;
    const GenReport sent = generate(settings);
    EXPECT_EQ(sent.retries, 5U);
    EXPECT_EQ(sent.sent.requests, 40U);
    EXPECT_TRUE(sent.is_all_acknowledged()) << describe(sent, settings);
    const SinkReport report = collect();
    EXPECT_EQ(report.unique_items(), 2000U);
    EXPECT_EQ(report.of(Signal::traces).duplicates, 0U);
    EXPECT_EQ(report.of(Signal::traces).refused.requests, 5U);
  }
}

TEST_F(Misbehaving, RefusalsForGoodAreCountedByTheirCode) {
  struct Case {
    Protocol protocol;
    int told;
    int heard;
  };
  for (const Case& wanted : {Case{Protocol::grpc, 3, 3}, Case{Protocol::http, 3, 400},
                             Case{Protocol::http_json, 413, 413}, Case{Protocol::grpc, 401, 16},
                             Case{Protocol::grpc, 8, 8}}) {
    start_sink_that({.refuse_code = wanted.told, .refuse_requests = 7});
    GenSettings settings = to_sink();
    settings.protocol = wanted.protocol;
    settings.retry = true;  // none of these is worth it
    const GenReport sent = generate(settings);
    EXPECT_EQ(sent.retries, 0U);
    ASSERT_TRUE(sent.refused.contains(wanted.heard)) << describe(sent, settings);
    EXPECT_EQ(sent.refused.at(wanted.heard).requests, 7U);
    EXPECT_EQ(sent.acknowledged.requests, 33U);
    EXPECT_EQ(sent.last_refusal.find("refused on command") != std::string::npos, true);
    EXPECT_FALSE(sent.is_all_acknowledged());
    // Ids of refused requests were sent and did not arrive: gaps.
    EXPECT_EQ(collect().unique_items(), 33U * 50);
  }
}

TEST_F(Misbehaving, ResourceExhaustedWithADelayIsRetriedAfterIt) {
  for (const Protocol protocol : protocols) {
    start_sink_that(
        {.refuse_code = 8, .refuse_requests = 1, .retry_after = std::chrono::seconds(1)});
    GenSettings settings = to_sink();
    settings.protocol = protocol;
    settings.retry = true;
    const GenReport sent = generate(settings);
    EXPECT_EQ(sent.retries, 1U);
    EXPECT_TRUE(sent.is_all_acknowledged());
    EXPECT_GE(sent.latency.max(), 900'000'000U);
  }
}

TEST_F(Misbehaving, DroppedConnectionsCostNoItemWithRetries) {
  for (const Protocol protocol : {Protocol::grpc, Protocol::http}) {
    start_sink_that({.reset_every = 15});
    GenSettings settings = to_sink();
    settings.protocol = protocol;
    settings.retry = true;
    settings.drain = std::chrono::seconds(40);
    const GenReport sent = generate(settings);
    EXPECT_TRUE(sent.is_all_acknowledged()) << describe(sent, settings);
    const SinkReport report = collect();
    EXPECT_EQ(report.unique_items(), 2000U);
    EXPECT_GE(report.resets, 2U);
  }
}

TEST_F(Misbehaving, ADelayShowsInEveryLatency) {
  start_sink_that({.delay = std::chrono::milliseconds(30)});
  const GenReport sent = generate(to_sink());
  EXPECT_TRUE(sent.is_all_acknowledged());
  EXPECT_GE(sent.latency.quantile(0), 25'000'000U);
}

// Coordinated omission: a stall shows in all the requests that were due during it.
TEST_F(Misbehaving, AStallShowsInAllTheRequestsItDelays) {
  start_sink_that({.stall_after = 10, .stall_for = std::chrono::milliseconds(600)});
  GenSettings settings = to_sink();
  settings.requests.reset();
  settings.connections = 1;
  settings.streams = 2;
  settings.items_per_second = 5000;
  settings.duration = std::chrono::milliseconds(1000);
  const GenReport sent = generate(settings);
  EXPECT_EQ(sent.acknowledged.requests, sent.sent.requests);
  // About 60 of 100 requests were due while both streams were stuck, so half of all waited long.
  EXPECT_GE(sent.latency.max(), 500'000'000U);
  EXPECT_GE(sent.latency.quantile(0.6), 50'000'000U);
}

TEST_F(Misbehaving, WhatWasDueAndNeverSentIsTold) {
  start_sink_that({.delay = std::chrono::milliseconds(300)});
  GenSettings settings = to_sink();
  settings.requests.reset();
  settings.connections = 1;
  settings.streams = 1;
  settings.items_per_second = 10'000;
  settings.duration = std::chrono::milliseconds(400);
  const GenReport sent = generate(settings);
  EXPECT_EQ(sent.acknowledged.requests, sent.sent.requests);
  EXPECT_GE(sent.unsent_items, 2000U);  // 4000 were due, one stream carries about 100 of them
  EXPECT_FALSE(sent.is_all_acknowledged());
}

TEST_F(Misbehaving, AStallBeyondTheTimeoutFailsRequests) {
  start_sink_that({.stall_after = 4, .stall_for = std::chrono::seconds(30)});
  GenSettings settings = to_sink();
  settings.timeout = std::chrono::milliseconds(200);
  settings.requests = 12;
  const GenReport sent = generate(settings);
  EXPECT_EQ(sent.acknowledged.requests, 4U);
  EXPECT_EQ(sent.failed.requests + sent.refused.size(), 8U) << describe(sent, settings);
}

TEST_F(Misbehaving, PartialSuccessIsCounted) {
  for (const Protocol protocol : protocols) {
    start_sink_that({.partial_success = 3});
    GenSettings settings = to_sink();
    settings.protocol = protocol;
    const GenReport sent = generate(settings);
    EXPECT_EQ(sent.acknowledged.requests, 40U);
    EXPECT_EQ(sent.rejected_items, 40U * 3);
    EXPECT_FALSE(sent.is_all_acknowledged());
  }
}

class Administered : public Loopback {
 protected:
  transport::ClientResponse ask(std::string_view method, const std::string& path) {
    transport::ClientSettings settings;
    settings.endpoint.host = "127.0.0.1";
    settings.endpoint.port = sink().admin_address()->port();
    settings.protocol = transport::ClientProtocol::http1;
    const auto client = transport::Client::create(lane(), worker_, settings);
    std::optional<transport::ClientResponse> response;
    bool is_done = false;
    client->send({.method = method, .path = path, .headers = {}, .body = {}},
                 [&](transport::ClientResult result) {
                   is_done = true;
                   if (result) response = std::move(result).value();
                 });
    turn_until([&] { return is_done; });
    EXPECT_TRUE(response.has_value());
    return response ? std::move(*response) : transport::ClientResponse{};
  }

  void SetUp() override {
    Loopback::SetUp();
    SinkSettings settings;
    auto endpoint = runtime::Endpoint::parse("127.0.0.1:0");
    ASSERT_TRUE(endpoint.has_value());
    settings.admin = std::move(endpoint).value();
    start_sink(settings);
  }

 private:
  runtime::Worker worker_;
};

TEST_F(Administered, BehaviourChangesWhileTheSinkRuns) {
  EXPECT_EQ(ask("POST", "/behaviour?refuse=5").status, 200);
  EXPECT_EQ(generate(to_sink()).refused.at(5).requests, 40U);
  EXPECT_EQ(ask("POST", "/behaviour").status, 200);
  EXPECT_TRUE(generate(to_sink()).is_all_acknowledged());
}

TEST_F(Administered, TheSummaryIsToldWhileTheSinkRuns) {
  generate(to_sink());
  const auto response = ask("GET", "/summary");
  EXPECT_EQ(response.status, 200);
  const std::string text(response.body.view());
  EXPECT_NE(text.find(R"("schema":"telemill.sink/1")"), std::string::npos);
  EXPECT_NE(text.find(R"("unique":2000)"), std::string::npos) << text;
}

TEST_F(Administered, LatenciesCountAfreshAndItemsGoOn) {
  generate(to_sink());
  EXPECT_EQ(ask("POST", "/forget-latencies").status, 200);
  const auto response = ask("GET", "/summary");
  const std::string text(response.body.view());
  EXPECT_NE(text.find(R"("unique":2000)"), std::string::npos) << text;
  EXPECT_EQ(text.find(R"("latency_ns":{"count":2000)"), std::string::npos) << text;
  generate(to_sink());
  EXPECT_NE(std::string(ask("GET", "/summary").body.view()).find(R"("latency_ns":{"count":2000)"),
            std::string::npos);
}

TEST_F(Administered, NonsenseIsRefusedAndChangesNothing) {
  EXPECT_EQ(ask("POST", "/behaviour?refuse=99").status, 400);
  EXPECT_EQ(ask("POST", "/behaviour?dance=1").status, 400);
  EXPECT_EQ(ask("GET", "/behaviour").status, 404);
  EXPECT_EQ(ask("GET", "/").status, 404);
  EXPECT_TRUE(generate(to_sink()).is_all_acknowledged());
}

}  // namespace
}  // namespace telemill::load
