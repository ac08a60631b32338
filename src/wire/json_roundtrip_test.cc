#include <gtest/gtest.h>

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

template <class Message>
const Schema& schema_of();
template <>
const Schema& schema_of<oracle::trace::ExportTraceServiceRequest>() {
  return schema::traces_request;
}
template <>
const Schema& schema_of<oracle::metrics::ExportMetricsServiceRequest>() {
  return schema::metrics_request;
}
template <>
const Schema& schema_of<oracle::logs::ExportLogsServiceRequest>() {
  return schema::logs_request;
}
template <>
const Schema& schema_of<oracle::profiles::ExportProfilesServiceRequest>() {
  return schema::profiles_request;
}
template <>
const Schema& schema_of<oracle::trace::ExportTraceServiceResponse>() {
  return schema::traces_response;
}
template <>
const Schema& schema_of<oracle::metrics::ExportMetricsServiceResponse>() {
  return schema::metrics_response;
}
template <>
const Schema& schema_of<oracle::logs::ExportLogsServiceResponse>() {
  return schema::logs_response;
}
template <>
const Schema& schema_of<oracle::profiles::ExportProfilesServiceResponse>() {
  return schema::profiles_response;
}

template <class Message>
class JsonOf : public testing::Test {
 protected:
  static constexpr int messages = 300;

  std::string decode(std::string_view json) {
    const auto bytes = decoder_.decode(schema_of<Message>(), json);
    EXPECT_TRUE(bytes.has_value())
        << bytes.error().what << " at " << bytes.error().offset << ": "
        << json.substr(bytes.error().offset < 60 ? 0 : bytes.error().offset - 60, 100);
    return bytes.has_value() ? std::string(bytes->view()) : std::string();
  }
  static std::string encode(std::string_view bytes) {
    base::Buffer json;
    const auto done = encode_json(schema_of<Message>(), bytes, json);
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
    oracle::logs::ExportLogsServiceResponse, oracle::profiles::ExportProfilesServiceResponse>;
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

}  // namespace
}  // namespace telemill::wire
