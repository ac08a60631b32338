#include <fcntl.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "load/replay.h"
#include "loopback.h"

namespace telemill::load {
namespace {

using otlp::Signal;

using IdsByStatus = std::map<uint64_t, std::multiset<uint64_t>>;

IdsByStatus read_ids(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(bytes.size() % 8, 0U);
  std::vector<uint64_t> words(bytes.size() / 8);
  std::memcpy(words.data(), bytes.data(), words.size() * 8);
  IdsByStatus ids;
  for (size_t at = 0; at < words.size();) {
    const uint64_t status = words[at] >> 56;
    const uint64_t count = words[at] & 0xffff'ffff;
    EXPECT_LE(count, words.size() - at - 1);
    for (uint64_t i = 0; i < count; ++i) ids[status].insert(words[at + 1 + i]);
    at += 1 + count;
  }
  return ids;
}

class Files : public Loopback {
 protected:
  const TemporaryFolder folder_;
};

TEST_F(Files, IdsThatWereAcknowledgedAreThoseThatWereDelivered) {
  SinkSettings settings;
  settings.behaviour = {.refuse_code = 3, .refuse_requests = 10};
  settings.inspector.ids_file = folder_.file("sink.ids");
  start_sink(settings);
  GenSettings gen = to_sink();
  gen.lanes = 2;
  gen.ids_file = folder_.file("gen.ids");
  generate(gen);
  collect();  // flushes
  const IdsByStatus sent = read_ids(gen.ids_file);
  const IdsByStatus delivered = read_ids(settings.inspector.ids_file);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent.at(1).size(), 30U * 50);
  EXPECT_EQ(sent.at(2).size(), 10U * 50);
  EXPECT_EQ(delivered.at(1), sent.at(1));
}

TEST_F(Files, WhatTheSinkSavesCanBeReplayed) {
  for (const Signal signal : {Signal::traces, Signal::metrics, Signal::logs}) {
    SinkSettings settings;
    settings.inspector.save_folder = folder_.path();
    start_sink(settings);
    GenSettings gen = to_sink();
    gen.workload.signal = signal;
    gen.protocol = Protocol::http_json;
    generate(gen);
    const std::string saved = folder_.file(std::string(otlp::names(signal).name) + ".otlp");

    start_sink();
    GenSettings replay = to_sink();
    replay.workload.signal = signal;
    replay.workload.items_per_request = 20;  // requests of 50 are cut in three
    replay.replay_file = saved;
    replay.requests = 3 * 40 * 2;
    const GenReport sent = generate(replay);
    EXPECT_EQ(sent.anonymous_items, 0U);
    EXPECT_EQ(sent.acknowledged.items, 4000U);
    const SinkReport report = collect();
    EXPECT_EQ(report.of(signal).ids.summary().unique, 4000U);
    EXPECT_EQ(report.of(signal).ids.summary().missing, 0U);
    EXPECT_EQ(report.of(signal).duplicates, 0U);
    EXPECT_EQ(report.of(signal).id_sum, sent.id_sum);
  }
}

TEST_F(Files, FilesThatCannotBeWrittenAreTold) {
  SinkSettings settings;
  settings.inspector.save_folder = folder_.file("missing");
  EXPECT_FALSE(Sink::start(lane(), settings).has_value());
  settings.inspector = {.ids_file = folder_.file("missing/ids"), .save_folder = {}};
  EXPECT_FALSE(Sink::start(lane(), settings).has_value());
}

}  // namespace
}  // namespace telemill::load
