#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "config/fields.h"
#include "config/test_support.h"

namespace telemill::config {
namespace {

using namespace std::chrono_literals;
using test::must_read;
using test::rendered;

enum class Loudness : uint8_t { soft, loud };
constexpr auto config_names(Loudness) {
  return std::array{EnumName<Loudness>{"soft", Loudness::soft},
                    EnumName<Loudness>{"loud", Loudness::loud}};
}
constexpr bool config_ignores_case(Loudness) { return true; }

struct VoiceConfig {
  Loudness loudness = Loudness::soft;
  static constexpr auto fields =
      std::tuple{field("loudness", &VoiceConfig::loudness, "Of its voice.")};
};

enum class Compression : uint8_t { none, gzip, zstd };
constexpr auto config_names(Compression) {
  return std::array{EnumName<Compression>{"none", Compression::none},
                    EnumName<Compression>{"gzip", Compression::gzip},
                    EnumName<Compression>{"zstd", Compression::zstd},
                    EnumName<Compression>{"", Compression::none}};
}

struct BatchConfig {
  int64_t min_size = 8192;
  int64_t max_size = 0;
  static constexpr auto fields = std::tuple{
      field("min_size", &BatchConfig::min_size, "Flush at this size."),
      field("max_size", &BatchConfig::max_size, "Split above this size; 0 never splits."),
  };
  [[nodiscard]] Problems check() const {
    Problems problems;
    if (max_size != 0 && max_size < min_size) problems.add("max_size", "is below min_size");
    return problems;
  }
};

struct ClientConfig {
  std::string endpoint;
  Headers headers;
  Compression compression = Compression::gzip;
  static constexpr auto fields = std::tuple{
      field("endpoint", &ClientConfig::endpoint, "Where to send."),
      field("headers", &ClientConfig::headers, "Sent with every request."),
      field("compression", &ClientConfig::compression, "Of request bodies."),
  };
  [[nodiscard]] Problems check() const {
    Problems problems;
    if (endpoint.empty()) problems.add("endpoint", "is required");
    return problems;
  }
};

struct RouteConfig {
  std::string condition;
  std::vector<ComponentId> exporters;
  static constexpr auto fields = std::tuple{
      field("condition", &RouteConfig::condition, "When."),
      field("exporters", &RouteConfig::exporters, "Where to."),
  };
};

struct ExporterConfig {
  ClientConfig client;
  Duration timeout = 5s;
  bool enabled = true;
  int32_t level = -1;
  uint32_t streams = 0;
  double factor = 0.5;
  Secret token;
  std::optional<BatchConfig> batch;
  std::optional<int64_t> quota;
  BatchConfig always;
  std::vector<std::string> names = {"a"};
  std::vector<RouteConfig> routes;
  std::map<std::string, int64_t> weights = {{"x", 1}};
  OrderedMap<std::string> ordered;
  Node anything;
  static constexpr auto fields = std::tuple{
      inlined(&ExporterConfig::client),
      field("timeout", &ExporterConfig::timeout, "Per attempt."),
      field("enabled", &ExporterConfig::enabled, "Whether to run."),
      field("level", &ExporterConfig::level, "Of compression."),
      field("streams", &ExporterConfig::streams, "At most."),
      field("factor", &ExporterConfig::factor, "Of jitter."),
      field("token", &ExporterConfig::token, "Sent as a bearer."),
      field("batch", &ExporterConfig::batch, "Batching, off unless given."),
      field("quota", &ExporterConfig::quota, "Per minute."),
      field("always", &ExporterConfig::always, "Never off."),
      field("names", &ExporterConfig::names, "Names."),
      field("routes", &ExporterConfig::routes, "Routes."),
      field("weights", &ExporterConfig::weights, "Weights."),
      field("ordered", &ExporterConfig::ordered, "In order."),
      field("anything", &ExporterConfig::anything, "Whatever."),
      accepted("read_buffer_size", "buffers size themselves"),
      not_yet("proxy_url", "requests go out directly"),
  };
};

/// Decodes with a valid endpoint added, expecting no problem.
ExporterConfig must_decode(const std::string& yaml) {
  Problems problems;
  auto config = decode<ExporterConfig>(must_read(yaml + "\nendpoint: h:1"), "e", problems);
  EXPECT_TRUE(problems.empty()) << rendered(problems);
  return config;
}

std::string problems_with(const std::string& yaml) {
  Problems problems;
  static_cast<void>(decode<ExporterConfig>(must_read(yaml + "\nendpoint: h:1"), "e", problems));
  return rendered(problems);
}

TEST(Decode, KeepsDefaultsOfMissingKeys) {
  const ExporterConfig config = must_decode("");
  EXPECT_EQ(config.timeout, 5s);
  EXPECT_EQ(config.client.compression, Compression::gzip);
  EXPECT_FALSE(config.batch.has_value());
  EXPECT_EQ(config.names, std::vector<std::string>{"a"});
}

TEST(Decode, ReadsEveryKindOfMember) {
  const ExporterConfig config = must_decode(R"(
timeout: 1m30s
enabled: no
level: -2
streams: 4_000
factor: 1
token: hunter2
compression: zstd
headers: {a: x, b: }
batch: {min_size: 5}
quota: 7
always: {max_size: 9000}
names: [p, q]
routes: [{condition: c, exporters: [otlp, debug/2]}, {}]
weights: {y: 2}
ordered: {z: "1", a: "2"}
anything: [1, {b: c}])");
  EXPECT_EQ(config.timeout, 90s);
  EXPECT_FALSE(config.enabled);
  EXPECT_EQ(config.level, -2);
  EXPECT_EQ(config.streams, 4000U);
  EXPECT_EQ(config.factor, 1.0);
  EXPECT_EQ(config.token.reveal(), "hunter2");
  EXPECT_EQ(config.client.compression, Compression::zstd);
  EXPECT_EQ(config.client.headers.list, (std::vector<Header>{{"a", Secret("x")}, {"b", Secret()}}));
  ASSERT_TRUE(config.batch.has_value());
  EXPECT_EQ(config.batch->min_size, 5);
  EXPECT_EQ(config.quota, 7);
  EXPECT_EQ(config.always.max_size, 9000);
  EXPECT_EQ(config.names, (std::vector<std::string>{"p", "q"}));
  ASSERT_EQ(config.routes.size(), 2U);
  EXPECT_EQ(config.routes[0].exporters[1], (ComponentId{"debug", "2"}));
  EXPECT_EQ(config.weights, (std::map<std::string, int64_t>{{"x", 1}, {"y", 2}}));
  EXPECT_EQ(config.ordered, (OrderedMap<std::string>{{"z", "1"}, {"a", "2"}}));
  EXPECT_EQ(test::flat(config.anything), "[1, {b: c}]");
}

TEST(Decode, TakesNamesInAnyCaseWhereTheEnumSaysSo) {
  Problems problems;
  const auto read = decode<VoiceConfig>(must_read("loudness: LouD"), "e", problems);
  EXPECT_TRUE(problems.empty()) << rendered(problems);
  EXPECT_EQ(read.loudness, Loudness::loud);
  EXPECT_NE(problems_with("compression: GZIP"), "");
}

TEST(Decode, TellsPresentFromAbsent) {
  EXPECT_TRUE(must_decode("batch:").batch.has_value());
  EXPECT_TRUE(must_decode("batch: {}").batch.has_value());
  EXPECT_EQ(must_decode("batch:").batch->min_size, 8192);
  EXPECT_FALSE(must_decode("quota:").quota.has_value());
}

// The reference: null scalars are zero, null lists and maps keep their defaults.
TEST(Decode, GivesNullTheMeaningOfTheReference) {
  const ExporterConfig config = must_decode(
      "timeout:\nenabled: ~\nlevel:\nfactor: null\nnames:\nweights:\nalways:\ncompression:");
  EXPECT_EQ(config.timeout, 0s);
  EXPECT_FALSE(config.enabled);
  EXPECT_EQ(config.level, 0);
  EXPECT_EQ(config.factor, 0.0);
  EXPECT_EQ(config.names, std::vector<std::string>{"a"});
  EXPECT_EQ(config.weights.size(), 1U);
  EXPECT_EQ(config.always.min_size, 8192);
  EXPECT_EQ(config.client.compression, Compression::none);
}

TEST(Decode, SplitsAStringWhereAListIsWanted) {
  EXPECT_EQ(must_decode("names: p").names, std::vector<std::string>{"p"});
  EXPECT_EQ(must_decode("names: p, q").names, (std::vector<std::string>{"p", " q"}));
  EXPECT_TRUE(must_decode("names: ''").names.empty());
  EXPECT_TRUE(must_decode("names: []").names.empty());
  EXPECT_EQ(problems_with("names: 5"),
            "t.yaml:1:8: e::names: expected a list, got the integer 5\n");
}

TEST(Decode, ReadsHeadersAsAList) {
  const auto config = must_decode("headers: [{name: a, value: x}, {value: y, name: b}]");
  EXPECT_EQ(config.client.headers.list,
            (std::vector<Header>{{"a", Secret("x")}, {"b", Secret("y")}}));
  EXPECT_EQ(problems_with("headers: [{name: a}]"),
            "t.yaml:1:11: e::headers[0]: a header in a list is {name: ..., value: ...}\n");
}

struct Complaint {
  const char* name;
  const char* yaml;
  const char* problem;
};
constexpr Complaint complaints[] = {
    {"quoted_int", "level: '5'",
     "t.yaml:1:8: e::level: expected an integer, got the string \"5\"\n"},
    {"int_for_string", "anything: 1\nendpoint2: 5",
     "t.yaml:2:1: e::endpoint2: unknown key (did you mean \"endpoint\"?)\n"},
    {"range", "level: 4294967296",
     "t.yaml:1:8: e::level: expected an integer from -2147483648 to 2147483647, got the integer "
     "4294967296\n"},
    {"negative", "streams: -1",
     "t.yaml:1:10: e::streams: expected an integer from 0 to 4294967295, got the integer -1\n"},
    {"enumeration", "compression: gzp",
     "t.yaml:1:14: e::compression: expected one of none, gzip, zstd, \"\", got the string \"gzp\" "
     "(did you mean \"gzip\"?)\n"},
    {"duration", "timeout: 5x",
     "t.yaml:1:10: e::timeout: expected a duration such as 1m30s or 200ms, got the string \"5x\": "
     "its unit is unknown (use ns, us, ms, s, m or h)\n"},
    {"struct", "batch: 5", "t.yaml:1:8: e::batch: expected a mapping, got the integer 5\n"},
    {"list_of_struct", "routes: [{condition: 5}]",
     "t.yaml:1:22: e::routes[0]::condition: expected a string, got the integer 5; put it in "
     "quotes\n"},
    {"map", "weights: {a: b}",
     "t.yaml:1:14: e::weights::a: expected an integer, got the string \"b\"\n"},
    {"id", "routes: [{exporters: [1x]}]",
     "t.yaml:1:23: e::routes[0]::exporters[0]: \"1x\" is no component id: a type is a letter and "
     "at most 62 letters, digits and underscores\n"},
    {"secret_is_not_shown", "token: [hunter2]",
     "t.yaml:1:8: e::token: expected a string, got a list\n"},
    {"secret_number", "token: 12345", "t.yaml:1:8: e::token: expected a string, got an integer\n"},
    {"header_number", "headers: {a: 12345}",
     "t.yaml:1:14: e::headers::a: expected a string, got an integer\n"},
    {"not_yet", "proxy_url: x",
     "t.yaml:1:1: e::proxy_url: this key is not supported yet: requests go out directly\n"},
    {"check_names_the_key", "batch: {max_size: 5}",
     "t.yaml:1:19: e::batch::max_size: is below min_size\n"},
    {"check_of_default_struct", "always: {max_size: 5}",
     "t.yaml:1:20: e::always::max_size: is below min_size\n"},
    {"keys_are_case_sensitive", "Timeout: 5s",
     "t.yaml:1:1: e::Timeout: unknown key (did you mean \"timeout\"?)\n"},
};

class Complains : public testing::TestWithParam<Complaint> {};
TEST_P(Complains, WithPlacePathAndReason) {
  EXPECT_EQ(problems_with(GetParam().yaml), GetParam().problem);
}
INSTANTIATE_TEST_SUITE_P(Decode, Complains, testing::ValuesIn(complaints),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Decode, AcceptsKnownKeysWithoutEffect) { must_decode("read_buffer_size: 524288"); }

TEST(Decode, ReportsAllProblemsAtOnce) {
  Problems problems;
  static_cast<void>(decode<ExporterConfig>(
      must_read("timout: 5s\nbatch: {min_size: x, max_size: 5}\nalways: {max_size: 1}"), "e",
      problems));
  EXPECT_EQ(rendered(problems),
            "t.yaml:1:1: e::timout: unknown key (did you mean \"timeout\"?)\n"
            "t.yaml:2:19: e::batch::min_size: expected an integer, got the string \"x\"\n"
            "t.yaml:1:1: e::endpoint: is required\n"
            "t.yaml:2:32: e::batch::max_size: is below min_size\n"
            "t.yaml:3:20: e::always::max_size: is below min_size\n");
}

TEST(Decode, SaysNothingTwice) {
  Problems problems;
  static_cast<void>(decode<ExporterConfig>(must_read("endpoint: [x]"), "e", problems));
  EXPECT_EQ(rendered(problems), "t.yaml:1:11: e::endpoint: expected a string, got a list\n");
}

TEST(Decode, ListsKnownKeysWhenNoneIsNear) {
  Problems problems;
  static_cast<void>(decode<BatchConfig>(must_read("colour: red"), "b", problems));
  EXPECT_EQ(rendered(problems),
            "t.yaml:1:1: b::colour: unknown key (known keys: min_size, max_size)\n");
}

TEST(Decode, ChecksAStructWhoseKeyIsAbsent) {
  Problems problems;
  static_cast<void>(decode<ExporterConfig>(Node{}, "e", problems));
  EXPECT_EQ(rendered(problems), "e::endpoint: is required\n");
}

TEST(Decode, DecodesOntoDefaultsOfTheCaller) {
  ExporterConfig config;
  config.timeout = 30s;
  config.batch = BatchConfig{.min_size = 1, .max_size = 2};
  Problems problems;
  decode_onto(config, must_read("endpoint: h:1\nbatch: {max_size: 3}"), "e", problems);
  EXPECT_TRUE(problems.empty()) << rendered(problems);
  EXPECT_EQ(config.timeout, 30s);
  EXPECT_EQ(config.batch->min_size, 1);
  EXPECT_EQ(config.batch->max_size, 3);
}

TEST(Decode, BoundsItsProblems) {
  std::string yaml;
  for (int i = 0; i < 5000; ++i) yaml.append("k").append(std::to_string(i)).append(": 1\n");
  Problems problems;
  static_cast<void>(decode<BatchConfig>(must_read(yaml), "b", problems));
  EXPECT_EQ(problems.size(), Problems::kept_max);
  EXPECT_EQ(problems.error_count(), 5000U);
  EXPECT_THAT(rendered(problems), testing::HasSubstr("and 4800 more\n"));
}

TEST(Secret, DoesNotPrintItself) {
  std::ostringstream out;
  out << Secret("hunter2");
  EXPECT_EQ(out.str(), "[REDACTED]");
}

}  // namespace
}  // namespace telemill::config
