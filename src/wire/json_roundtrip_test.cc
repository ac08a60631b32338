#include <gtest/gtest.h>

#include <map>
#include <string>

#include "oracle/captures.h"
#include "oracle/generate.h"
#include "oracle/json.h"
#include "oracle/logs.pb.h"
#include "oracle/metrics.pb.h"
#include "oracle/profiles.pb.h"
#include "oracle/trace.pb.h"
#include "wire/json_decoder.h"
#include "wire/json_encoder.h"

namespace telemill::wire {
namespace {

/// Pairs each oracle message with the table that describes it.
const Schema& schema_of(const google::protobuf::Message& message) {
  static const std::map<std::string_view, const Schema*> schemas = {
      {"telemill.oracle.trace.ExportTraceServiceRequest", &schema::traces_request},
      {"telemill.oracle.metrics.ExportMetricsServiceRequest", &schema::metrics_request},
      {"telemill.oracle.logs.ExportLogsServiceRequest", &schema::logs_request},
      {"telemill.oracle.profiles.ExportProfilesServiceRequest", &schema::profiles_request},
      {"telemill.oracle.trace.ExportTraceServiceResponse", &schema::traces_response},
      {"telemill.oracle.metrics.ExportMetricsServiceResponse", &schema::metrics_response},
      {"telemill.oracle.logs.ExportLogsServiceResponse", &schema::logs_response},
      {"telemill.oracle.profiles.ExportProfilesServiceResponse", &schema::profiles_response},
      {"telemill.oracle.trace.Span", &schema::span},
      {"telemill.oracle.metrics.Metric", &schema::metric},
      {"telemill.oracle.logs.LogRecord", &schema::log_record},
      {"telemill.oracle.common.AnyValue", &schema::any_value},
      {"telemill.oracle.common.Resource", &schema::resource},
  };
  return *schemas.at(message.GetDescriptor()->full_name());
}

template <class Message>
class JsonOf : public testing::Test {
 protected:
  static constexpr uint64_t messages = 200;

  std::string decode(std::string_view json) {
    const auto bytes = decoder_.decode(schema_of(Message::default_instance()), json);
    EXPECT_TRUE(bytes.has_value())
        << bytes.error().what << " at " << bytes.error().offset << ": "
        << json.substr(bytes.error().offset < 60 ? 0 : bytes.error().offset - 60, 100);
    return bytes.has_value() ? std::string(bytes->view()) : std::string();
  }
  static std::string encode(std::string_view bytes) {
    base::Buffer json;
    const auto done = encode_json(schema_of(Message::default_instance()), bytes, json);
    EXPECT_TRUE(done.has_value()) << done.error().what << " at " << done.error().offset;
    return std::string(json.view());
  }
  static std::string canonical(std::string_view bytes) {
    Message message;
    EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    message.DiscardUnknownFields();
    return oracle::canonical_bytes(message);
  }

  JsonDecoder decoder_;
};

using Messages = testing::Types<
    oracle::trace::ExportTraceServiceRequest, oracle::metrics::ExportMetricsServiceRequest,
    oracle::logs::ExportLogsServiceRequest, oracle::profiles::ExportProfilesServiceRequest,
    oracle::trace::ExportTraceServiceResponse, oracle::metrics::ExportMetricsServiceResponse,
    oracle::logs::ExportLogsServiceResponse, oracle::profiles::ExportProfilesServiceResponse,
    oracle::trace::Span, oracle::metrics::Metric, oracle::logs::LogRecord, oracle::common::AnyValue,
    oracle::common::Resource>;
TYPED_TEST_SUITE(JsonOf, Messages);

TYPED_TEST(JsonOf, DecodesWhatTheOracleWritesInEveryStyle) {
  for (uint64_t seed = 0; seed < TestFixture::messages; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    TypeParam message;
    oracle::generate(message, random);
    const oracle::JsonStyle style{random.chance(0.5), random.chance(0.5), random.chance(0.5)};
    const std::string bytes = this->decode(oracle::to_json(message, style));
    ASSERT_EQ(this->canonical(bytes), oracle::canonical_bytes(message));
  }
}

TYPED_TEST(JsonOf, EncodesWhatTheOracleReads) {
  for (uint64_t seed = 0; seed < TestFixture::messages; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    TypeParam message;
    oracle::generate(message, random, {.with_unknown_fields = true});
    const std::string json = this->encode(message.SerializeAsString());
    TypeParam read;
    ASSERT_TRUE(oracle::from_json(json, read)) << json;
    message.DiscardUnknownFields();
    ASSERT_EQ(oracle::canonical_bytes(read), oracle::canonical_bytes(message)) << json;
  }
}

TYPED_TEST(JsonOf, RoundTripsFromWireToWire) {
  for (uint64_t seed = 0; seed < TestFixture::messages; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    TypeParam message;
    oracle::generate(message, random);
    const std::string bytes = message.SerializeAsString();
    ASSERT_EQ(this->decode(this->encode(bytes)), bytes);  // byte for byte: both write in order
  }
}

// Messages one behind the other are, by protobuf's rule, one message with all of them merged: lists
// scattered, scalars and messages duplicated, oneofs overruled.
TYPED_TEST(JsonOf, EncodesMergedMessagesAsTheOracleMergesThem) {
  for (uint64_t seed = 0; seed < TestFixture::messages; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    std::string bytes;
    for (uint64_t i = random.below(3) + 2; i > 0; --i) {
      TypeParam message;
      oracle::generate(message, random, {.depth_max = 4, .with_unknown_fields = true});
      message.AppendToString(&bytes);
    }
    const std::string merged = this->canonical(bytes);
    ASSERT_EQ(this->canonical(this->decode(this->encode(bytes))), merged);
    ASSERT_EQ(this->encode(bytes), this->encode(merged));
  }
}

TYPED_TEST(JsonOf, WritesTheSameJsonForEveryCanonicalForm) {
  for (uint64_t seed = 0; seed < TestFixture::messages; ++seed) {
    base::Random random(seed);
    TypeParam message;
    oracle::generate(message, random);
    const std::string json = this->encode(message.SerializeAsString());
    ASSERT_EQ(this->encode(this->decode(json)), json);
  }
}

/// Requests that real programs sent, there and back.
template <class Message>
void check_capture(std::string_view name) {
  const oracle::Capture capture = oracle::read_capture(name);
  if (capture.requests.empty()) GTEST_SKIP() << capture.missing;
  const Schema& schema = schema_of(Message::default_instance());
  JsonDecoder decoder;
  base::Buffer json;
  size_t bytes = 0;
  for (const std::string& request : capture.requests) {
    bytes += request.size();
    json.clear();
    const auto encoded = encode_json(schema, request, json);
    ASSERT_TRUE(encoded.has_value()) << encoded.error().what;
    const auto decoded = decoder.decode(schema, json.view());
    ASSERT_TRUE(decoded.has_value()) << decoded.error().what;
    if (decoded->view() == request) continue;
    Message ours;
    Message theirs;
    ASSERT_TRUE(ours.ParseFromArray(decoded->data(), static_cast<int>(decoded->size())));
    ASSERT_TRUE(theirs.ParseFromString(request));
    theirs.DiscardUnknownFields();
    ASSERT_EQ(oracle::canonical_bytes(ours), oracle::canonical_bytes(theirs));
  }
  EXPECT_GT(bytes, 1'000'000U);
}

TEST(JsonOfCaptures, RoundTripsShopTraces) {
  check_capture<oracle::trace::ExportTraceServiceRequest>("hipstershop-oteltraces");
}
TEST(JsonOfCaptures, RoundTripsShopMetrics) {
  check_capture<oracle::metrics::ExportMetricsServiceRequest>("hipstershop-otelmetrics");
}
TEST(JsonOfCaptures, RoundTripsHostMetrics) {
  check_capture<oracle::metrics::ExportMetricsServiceRequest>("hostandcollector-otelmetrics");
}

}  // namespace
}  // namespace telemill::wire
