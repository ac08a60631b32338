#include "loopback.h"

namespace telemill::load {
namespace {

using codec::Coding;
using otlp::Signal;

struct Way {
  Signal signal;
  Protocol protocol;
  Coding coding;
  bool http2 = false;
};

std::vector<Way> all_ways() {
  std::vector<Way> ways;
  for (const Signal signal : {Signal::traces, Signal::metrics, Signal::logs}) {
    for (const Coding coding :
         {Coding::identity, Coding::gzip, Coding::zstd, Coding::snappy_framed}) {
      ways.push_back({signal, Protocol::grpc, coding});
    }
    for (const Coding coding : {Coding::identity, Coding::gzip, Coding::zlib, Coding::zstd,
                                Coding::snappy, Coding::snappy_framed, Coding::lz4}) {
      ways.push_back({signal, Protocol::http, coding});
      ways.push_back({signal, Protocol::http_json, coding});
    }
    ways.push_back({signal, Protocol::http, Coding::gzip, true});
  }
  return ways;
}

class EachWay : public Loopback, public testing::WithParamInterface<Way> {};
INSTANTIATE_TEST_SUITE_P(Ways, EachWay, testing::ValuesIn(all_ways()),
                         [](const testing::TestParamInfo<Way>& one) {
                           const Way& way = one.param;
                           const char* const protocol = way.protocol == Protocol::grpc   ? "grpc"
                                                        : way.protocol == Protocol::http ? "http"
                                                                                         : "json";
                           std::string name(otlp::names(way.signal).name);
                           name += std::string("_") + protocol + (way.http2 ? "2_" : "_");
                           return name + std::to_string(static_cast<int>(way.coding));
                         });

TEST_P(EachWay, EveryItemArrivesOnce) {
  start_sink();
  GenSettings settings = to_sink();
  settings.workload.signal = GetParam().signal;
  settings.protocol = GetParam().protocol;
  settings.coding = GetParam().coding;
  settings.http2 = GetParam().http2;
  const GenReport sent = generate(settings);
  EXPECT_EQ(sent.sent.items, 2000U);
  EXPECT_EQ(sent.acknowledged.items, 2000U) << describe(sent, settings);
  EXPECT_TRUE(sent.is_all_acknowledged());

  const SinkReport report = collect();
  const SignalTally& seen = report.of(GetParam().signal);
  EXPECT_EQ(seen.accepted.requests, 40U);
  EXPECT_EQ(seen.accepted.items, 2000U);
  EXPECT_EQ(seen.ids.summary().unique, 2000U);
  EXPECT_EQ(seen.ids.summary().missing, 0U);
  EXPECT_EQ(seen.duplicates, 0U);
  EXPECT_EQ(seen.foreign, 0U);
  EXPECT_EQ(seen.undecodable, 0U);
  EXPECT_EQ(seen.id_sum, sent.id_sum);
  EXPECT_EQ(seen.latency.count(), 2000U);
  EXPECT_LT(seen.latency.max(), 60'000'000'000U);
  EXPECT_EQ(report.unique_items(), 2000U);
}

TEST_F(Loopback, SeveralLanesOnBothSidesLoseNothing) {
  start_sink({.lanes = 2});
  GenSettings settings = to_sink();
  settings.lanes = 3;
  settings.connections = 5;
  settings.requests = 101;
  const GenReport sent = generate(settings);
  const SinkReport report = collect();
  EXPECT_EQ(sent.acknowledged.items, 101U * 50);
  EXPECT_EQ(report.unique_items(), 101U * 50);
  EXPECT_EQ(report.of(Signal::traces).ids.summary().series, 3U);
  EXPECT_EQ(report.of(Signal::traces).ids.summary().missing, 0U);
  EXPECT_EQ(report.of(Signal::traces).id_sum, sent.id_sum);
}

// More at once than a connection writes in one turn, and than most buffers on the way hold.
TEST_F(Loopback, LargeRequestsOnManyStreamsArrive) {
  start_sink();
  GenSettings settings = to_sink();
  settings.workload.shape = Shape::attributes;
  settings.workload.attribute_count = 10;
  settings.workload.attribute_bytes = 2000;
  settings.workload.distinct_bodies = 4;
  settings.connections = 1;
  settings.streams = 16;
  const GenReport sent = generate(settings);
  EXPECT_TRUE(sent.is_all_acknowledged()) << describe(sent, settings);
  EXPECT_GT(sent.bytes, 40'000'000U);
  EXPECT_EQ(collect().unique_items(), 2000U);
}

TEST_F(Loopback, ACheapSinkSumsTheSameIds) {
  for (const Signal signal : {Signal::traces, Signal::metrics, Signal::logs}) {
    start_sink({.inspector = {.is_cheap = true, .ids_file = {}, .save_folder = {}}});
    GenSettings settings = to_sink();
    settings.workload.signal = signal;
    const GenReport sent = generate(settings);
    const SinkReport report = collect();
    EXPECT_EQ(report.of(signal).id_sum, sent.id_sum);
    EXPECT_EQ(report.of(signal).foreign, 0U);
    EXPECT_EQ(report.unique_items(), 2000U);
  }
}

TEST_F(Loopback, ReusedIdsRepeatAndTheirSumStillHolds) {
  for (const Coding coding : {Coding::identity, Coding::gzip}) {
    start_sink();
    GenSettings settings = to_sink();
    settings.coding = coding;
    settings.reuse_ids = true;
    const GenReport sent = generate(settings);
    const SinkReport report = collect();
    const SignalTally& seen = report.of(Signal::traces);
    EXPECT_EQ(seen.accepted.items, 2000U);
    EXPECT_EQ(seen.id_sum, sent.id_sum);
    EXPECT_EQ(seen.ids.summary().unique, 16U * 50);
    EXPECT_EQ(seen.duplicates, 2000U - 16 * 50);
    EXPECT_FALSE(doubts(sent, settings).empty());
  }
}

TEST_F(Loopback, TheSameSeedSendsTheSameIdsAgain) {
  start_sink();
  generate(to_sink());
  generate(to_sink());
  const SinkReport report = collect();
  EXPECT_EQ(report.of(Signal::traces).ids.summary().unique, 2000U);
  EXPECT_EQ(report.of(Signal::traces).duplicates, 2000U);
}

TEST_F(Loopback, AnOpenLoopKeepsItsRate) {
  start_sink();
  GenSettings settings = to_sink();
  settings.requests.reset();
  settings.items_per_second = 5000;
  settings.duration = std::chrono::milliseconds(600);
  const GenReport sent = generate(settings);
  EXPECT_TRUE(sent.is_all_acknowledged()) << describe(sent, settings);
  EXPECT_LE(sent.sent.items, 5000U * 8 / 10);
  EXPECT_GE(sent.sent.items, 5000U * 4 / 10);
}

TEST_F(Loopback, ADurationEndsAClosedLoop) {
  start_sink();
  GenSettings settings = to_sink();
  settings.requests.reset();
  settings.duration = std::chrono::milliseconds(200);
  const GenReport sent = generate(settings);
  EXPECT_GT(sent.sent.requests, 0U);
  EXPECT_TRUE(sent.is_all_acknowledged());
  EXPECT_EQ(collect().unique_items(), sent.sent.items);
}

TEST_F(Loopback, StopEndsAnEndlessRun) {
  start_sink();
  GenSettings settings = to_sink();
  settings.requests.reset();
  bool is_done = false;
  const auto generator = start_generator(settings, is_done);
  turn_until([&] { return generator->progress().acknowledged_items > 0; });
  generator->stop();
  turn_until([&] { return is_done; });
  EXPECT_TRUE(generator->report().is_all_acknowledged());
  EXPECT_EQ(collect().unique_items(), generator->report().sent.items);
}

TEST_F(Loopback, AGeneratorMayGoWithRequestsInFlight) {
  start_sink({.behaviour = {.stall_for = std::chrono::seconds(30)}});
  bool is_done = false;
  auto generator = start_generator(to_sink(), is_done);
  turn_until([&] { return sink().progress().accepted.requests > 0; });
  generator.reset();
  EXPECT_FALSE(is_done);
}

TEST_F(Loopback, AnEndpointThatIsNotThereIsTold) {
  start_sink();
  runtime::Endpoint endpoint = to_sink().endpoint;
  EXPECT_TRUE(wait_for_endpoint(endpoint, {}).has_value());
  endpoint.port = 1;
  const auto waited = wait_for_endpoint(endpoint, std::chrono::milliseconds(120));
  ASSERT_FALSE(waited.has_value());
  EXPECT_NE(waited.error().message.find("127.0.0.1:1"), std::string::npos);
}

TEST_F(Loopback, ADeadEndpointFailsRequestsWithoutSpinning) {
  start_sink();
  GenSettings settings = to_sink();
  settings.endpoint.port = 1;
  settings.requests.reset();
  settings.duration = std::chrono::milliseconds(500);
  settings.drain = std::chrono::milliseconds(200);
  const GenReport sent = generate(settings);
  EXPECT_EQ(sent.acknowledged.requests, 0U);
  EXPECT_GT(sent.failed.requests, 0U);
  EXPECT_LT(sent.failed.requests, 8U * 20);  // eight streams, a rest of 100 ms each
  EXPECT_FALSE(sent.last_failure.empty());
}

TEST_F(Loopback, SettingsThatContradictEachOtherAreRefused) {
  start_sink();
  const auto is_refused = [&](auto change) {
    GenSettings settings = to_sink();
    change(settings);
    return !Generator::create(lane(), settings).has_value();
  };
  EXPECT_TRUE(is_refused([](GenSettings& s) { s.coding = Coding::lz4; }));
  EXPECT_TRUE(is_refused([](GenSettings& s) { s.level = 77; }));
  EXPECT_TRUE(is_refused([](GenSettings& s) { s.streams = 0; }));
  EXPECT_TRUE(is_refused([](GenSettings& s) { s.connections = 0; }));
  EXPECT_TRUE(is_refused([](GenSettings& s) { s.lanes = 257; }));
  EXPECT_TRUE(is_refused([](GenSettings& s) { s.items_per_second = -1; }));
  EXPECT_TRUE(is_refused([](GenSettings& s) { s.replay_file = "/nowhere/to/be/found"; }));
}

}  // namespace
}  // namespace telemill::load
