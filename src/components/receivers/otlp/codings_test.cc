// What codes a body: every coding that is configured is decoded, every other one refused, and the
// limits hold before and behind the decoder.
#include <gtest/gtest.h>

#include "components/receivers/otlp/receiver_fixture.h"

namespace telemill::components::receivers::otlp {
namespace {

using codec::Coding;
using testing::coded;
using testing::ReceiverFixture;
using testing::request_of;
using testing::Signal;
using transport::ClientResponse;

struct Named {
  const char* name;
  Coding coding;
};
constexpr Named all_codings[] = {
    {"gzip", Coding::gzip},     {"zstd", Coding::zstd},
    {"zlib", Coding::zlib},     {"deflate", Coding::zlib},
    {"snappy", Coding::snappy}, {"snappy", Coding::snappy_framed},
    {"lz4", Coding::lz4},       {"x-snappy-framed", Coding::snappy_framed},
};

ClientResponse send(ReceiverFixture& receiver, std::string_view coding, std::string body,
                    std::string type = "application/x-protobuf") {
  return receiver.send({.body = std::move(body),
                        .content_type = std::move(type),
                        .headers = {{"content-encoding", std::string(coding)}}});
}

std::string limited(size_t bytes_max, const std::string& more = {}) {
  return "http:\n  endpoint: '127.0.0.1:0'\n  max_request_body_size: " + std::to_string(bytes_max) +
         "\n" + more;
}

/// One unknown field, `size` bytes in all: valid and without items.
std::string ballast(size_t size) {
  const std::string one = testing::field(15, std::string(size, '\0'));
  return testing::field(15, std::string(size - (one.size() - size), '\0'));
}

class HttpCodings : public ::testing::Test {
 protected:
  ReceiverFixture receiver_;
};

TEST_F(HttpCodings, EveryCodingOfTheReferenceIsDecoded) {
  const std::string request = request_of(Signal::traces, 100);
  for (const auto& [name, coding] : all_codings) {
    const auto response = send(receiver_, name, coded(coding, request));
    EXPECT_EQ(response.status, 200) << name << ": " << response.body.view();
    ASSERT_FALSE(receiver_.pipeline.seen.empty()) << name;
    EXPECT_EQ(receiver_.pipeline.seen.back().bytes, request) << name;
    receiver_.pipeline.seen.clear();
  }
}

TEST_F(HttpCodings, JsonIsDecodedToo) {
  const std::string request = R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]})";
  for (const auto& [name, coding] : all_codings) {
    const auto response = receiver_.send({.path = "/v1/logs",
                                          .body = coded(coding, request),
                                          .content_type = "application/json",
                                          .headers = {{"content-encoding", name}}});
    EXPECT_EQ(response.status, 200) << name << ": " << response.body.view();
  }
  EXPECT_EQ(receiver_.pipeline.seen.size(), std::size(all_codings));
}

TEST_F(HttpCodings, IdentityAndAnyCaseAreAccepted) {
  EXPECT_EQ(send(receiver_, "identity", request_of(Signal::traces)).status, 200);
  EXPECT_EQ(send(receiver_, "GZip", coded(Coding::gzip, request_of(Signal::traces))).status, 200);
}

TEST_F(HttpCodings, UnknownCodingsAre400InTheRequestsKind) {
  for (const std::string_view name : {"br", "compress", "gzip, gzip", "x-gzip", "snappyy"}) {
    const auto protobuf = send(receiver_, name, request_of(Signal::traces));
    EXPECT_EQ(protobuf.status, 400) << name;
    EXPECT_EQ(protobuf.field("content-type"), "application/x-protobuf");
    EXPECT_EQ(protobuf.body.view().substr(0, 2), "\x08\x03");
    EXPECT_NE(protobuf.body.view().find(name), std::string_view::npos);
    const auto json = send(receiver_, name, "{}", "application/json");
    EXPECT_EQ(json.status, 400) << name;
    EXPECT_TRUE(json.body.view().starts_with(R"({"code":3,"message":")")) << json.body.view();
  }
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
}

TEST_F(HttpCodings, AnUnknownCodingIsRefusedBeforeThePathIsLookedAt) {
  const auto response =
      receiver_.send({.path = "/nowhere", .body = "x", .headers = {{"content-encoding", "br"}}});
  EXPECT_EQ(response.status, 400);
}

TEST_F(HttpCodings, BrokenCompressionIs400) {
  const std::string request = request_of(Signal::traces, 100);
  for (const auto& [name, coding] : all_codings) {
    const std::string good = coded(coding, request);
    EXPECT_EQ(send(receiver_, name, request).status, 400) << name << ", plain";
    EXPECT_EQ(send(receiver_, name, good.substr(0, good.size() / 2)).status, 400)
        << name << ", cut short";
    EXPECT_EQ(send(receiver_, name, good + "more").status, 400) << name << ", with a tail";
  }
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
}

TEST_F(HttpCodings, OnlyConfiguredCodingsAreDecoded) {
  ReceiverFixture receiver("http: {endpoint: '127.0.0.1:0', compression_algorithms: ['', zstd]}\n");
  const std::string request = request_of(Signal::traces);
  EXPECT_EQ(receiver.send({.body = request}).status, 200);
  EXPECT_EQ(send(receiver, "zstd", coded(Coding::zstd, request)).status, 200);
  EXPECT_EQ(send(receiver, "gzip", coded(Coding::gzip, request)).status, 400);
  EXPECT_EQ(receiver.pipeline.seen.size(), 2U);
}

TEST_F(HttpCodings, AListWithoutTheEmptyNameRefusesPlainBodies) {
  ReceiverFixture receiver("http: {endpoint: '127.0.0.1:0', compression_algorithms: [gzip]}\n");
  EXPECT_EQ(receiver.send({.body = request_of(Signal::traces)}).status, 400);
  EXPECT_EQ(send(receiver, "gzip", coded(Coding::gzip, request_of(Signal::traces))).status, 200);
}

TEST_F(HttpCodings, AnEmptyListDecodesNothing) {
  ReceiverFixture receiver("http: {endpoint: '127.0.0.1:0', compression_algorithms: []}\n");
  const std::string request = request_of(Signal::traces);
  EXPECT_EQ(receiver.send({.body = request}).status, 200);
  EXPECT_EQ(send(receiver, "gzip", request).status, 200) << "taken as it is";
  EXPECT_EQ(send(receiver, "gzip", coded(Coding::gzip, request)).status, 400) << "no protobuf";
}

TEST_F(HttpCodings, TheLimitHoldsForThePlainBody) {
  ReceiverFixture receiver(limited(5000));
  EXPECT_EQ(receiver.send({.body = ballast(5000)}).status, 200);
  const auto response = receiver.send({.body = ballast(5001)});
  EXPECT_EQ(response.status, 400) << "not 413";
  EXPECT_EQ(response.body.view().substr(0, 2), "\x08\x03");
  const auto json = receiver.send(
      {.body = "{" + std::string(5000, ' ') + "}", .content_type = "application/json"});
  EXPECT_EQ(json.status, 400);
  EXPECT_TRUE(json.body.view().starts_with(R"({"code":3,)"));
}

TEST_F(HttpCodings, TheLimitHoldsForTheCompressedStream) {
  ReceiverFixture receiver(limited(5000));
  std::string noise(6000, '\0');
  uint32_t state = 1;
  for (char& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  const std::string body = coded(Coding::gzip, noise);
  ASSERT_GT(body.size(), 5000U);
  EXPECT_EQ(send(receiver, "gzip", body).status, 400);
}

TEST_F(HttpCodings, TheLimitHoldsForTheDecompressedBody) {
  ReceiverFixture receiver(limited(100'000));
  for (const auto& [name, coding] : all_codings) {
    EXPECT_EQ(send(receiver, name, coded(coding, ballast(100'000))).status, 200) << name;
    const auto response = send(receiver, name, coded(coding, ballast(100'001)));
    EXPECT_EQ(response.status, 400) << name;
    EXPECT_EQ(response.body.view().substr(0, 2), "\x08\x03") << name;
  }
}

TEST_F(HttpCodings, BombsAre400) {
  const std::string zeros(64 << 20, '\0');
  for (const auto& [name, coding] : all_codings) {
    const auto response = send(receiver_, name, coded(coding, zeros));
    EXPECT_EQ(response.status, 400) << name;
  }
  EXPECT_EQ(receiver_.send({.body = request_of(Signal::traces)}).status, 200);
}

TEST_F(HttpCodings, ASnappyBlockThatLiesAboutItsLengthIs400) {
  EXPECT_EQ(send(receiver_, "snappy", std::string("\xff\xff\xff\xff\x0f\x00", 6)).status, 400);
}

TEST_F(HttpCodings, TheDefaultLimitIs20MiB) {
  const auto large = receiver_.send({.body = ballast(20 << 20)});
  EXPECT_EQ(large.status, 200) << large.body.view();
  EXPECT_EQ(receiver_.send({.body = ballast((20 << 20) + 1)}).status, 400);
  ReceiverFixture zero(limited(0));
  EXPECT_EQ(zero.send({.body = ballast(20 << 20)}).status, 200);
}

}  // namespace
}  // namespace telemill::components::receivers::otlp
