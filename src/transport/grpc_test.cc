#include "transport/grpc.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "transport/base64.h"

namespace telemill::transport::grpc {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(GrpcPrefix, ReadsWhatItWrites) {
  for (const uint32_t size : {0U, 1U, 255U, 256U, 0x01020304U, 0xffffffffU}) {
    for (const bool is_compressed : {false, true}) {
      char bytes[prefix_bytes];
      write_prefix({.is_compressed = is_compressed, .size_bytes = size}, bytes);
      const auto prefix = read_prefix({bytes, prefix_bytes});
      ASSERT_TRUE(prefix.has_value());
      EXPECT_EQ(prefix->size_bytes, size);
      EXPECT_EQ(prefix->is_compressed, is_compressed);
    }
  }
}

TEST(GrpcPrefix, RefusesOtherFlagsAndShortInput) {
  EXPECT_FALSE(read_prefix(std::string_view("\2\0\0\0\0", 5)).has_value());
  EXPECT_FALSE(read_prefix(std::string_view("\0\0\0\0", 4)).has_value());
}

TEST(GrpcTimeout, ParsesByUnit) {
  const std::pair<std::string_view, std::optional<Duration>> cases[] = {
      {"1n", nanoseconds(1)},
      {"20u", microseconds(20)},
      {"100m", milliseconds(100)},
      {"5S", seconds(5)},
      {"2M", minutes(2)},
      {"3H", hours(3)},
      {"0S", Duration{}},
      {"99999999S", seconds(99'999'999)},
      {"99999999H", Duration::max()},
      {"", std::nullopt},
      {"S", std::nullopt},
      {"1", std::nullopt},
      {"1s", std::nullopt},
      {"-1S", std::nullopt},
      {"+1S", std::nullopt},
      {"1.5S", std::nullopt},
      {" 1S", std::nullopt},
      {"1S ", std::nullopt},
      {"100000000n", std::nullopt},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_timeout(text), expected) << text;
}

TEST(GrpcTimeout, FormatsRoundedUpInEightDigits) {
  const std::pair<Duration, std::string_view> cases[] = {
      {nanoseconds(1), "1n"},
      {nanoseconds(99'999'999), "99999999n"},
      {nanoseconds(100'000'000), "100000u"},
      {nanoseconds(100'000'001), "100001u"},
      {seconds(5), "5000000u"},
      {seconds(100), "100000m"},
      {hours(24 * 365), "31536000S"},
      {Duration::max(), "2562048H"},
      {Duration{}, "1n"},
      {seconds(-1), "1n"},
  };
  for (const auto& [timeout, expected] : cases) {
    const std::string text = format_timeout(timeout);
    EXPECT_EQ(text, expected);
    EXPECT_GE(parse_timeout(text).value(), timeout);
  }
}

TEST(GrpcMessage, PercentEncodesWhatHeadersCannotCarry) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"plain text, with marks: {}~", "plain text, with marks: {}~"},
      {"100%", "100%25"},
      {"line\nbreak\r", "line%0Abreak%0D"},
      {"caf\xc3\xa9", "caf%C3%A9"},
      {std::string_view("\0\x7f", 2), "%00%7F"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(encode_message(text), expected);
    EXPECT_EQ(decode_message(expected), text);
  }
  EXPECT_EQ(decode_message("%c3%A9"), "\xc3\xa9");
  for (const std::string_view broken : {"%", "%4", "%zz", "a%4"}) {
    EXPECT_EQ(decode_message(broken), broken);
  }
}

TEST(GrpcContentType, TakesSubtypesOnly) {
  for (const char* good : {"application/grpc", "application/grpc+proto", "Application/GRPC",
                           "application/grpc;charset=utf-8"}) {
    EXPECT_TRUE(is_grpc_content_type(good)) << good;
  }
  for (const char* bad : {"", "application/grp", "application/grpc-web", "application/grpcx",
                          "text/html", "application/json"}) {
    EXPECT_FALSE(is_grpc_content_type(bad)) << bad;
  }
}

ClientResponse answer(int status, Headers trailers, std::string_view body = {}) {
  ClientResponse response;
  response.status = status;
  response.trailers = std::move(trailers);
  response.body = base::Slice::copy_of(body);
  return response;
}

TEST(GrpcReply, MapsHttpStatusWithoutGrpcStatus) {
  const std::pair<int, Code> cases[] = {
      {200, Code::unknown},           {400, Code::internal},      {401, Code::unauthenticated},
      {403, Code::permission_denied}, {404, Code::unimplemented}, {429, Code::unavailable},
      {502, Code::unavailable},       {503, Code::unavailable},   {504, Code::unavailable},
      {500, Code::unknown},           {302, Code::unknown},       {418, Code::unknown}};
  for (const auto& [status, code] : cases) {
    EXPECT_EQ(read_reply(answer(status, {})).status.code, code) << status;
  }
}

TEST(GrpcReply, PrefersTheGrpcStatus) {
  const std::pair<std::string, Code> cases[] = {
      {"14", Code::unavailable},      {"16", Code::unauthenticated}, {"17", Code::unknown},
      {"99999999999", Code::unknown}, {"-1", Code::unknown},         {"8x", Code::unknown}};
  for (const auto& [text, code] : cases) {
    EXPECT_EQ(read_reply(answer(503, {{"grpc-status", text}})).status.code, code) << text;
  }
}

TEST(GrpcReply, ReadsMessageAndDetails) {
  const std::string details = encode_status(Code::resource_exhausted, "slow down", seconds(3));
  std::string padded = encode_base64(details);
  while (padded.size() % 4 != 0) padded.push_back('=');
  for (const std::string& text : {encode_base64(details), padded}) {
    const Reply reply = read_reply(answer(200, {{"grpc-status", "8"},
                                                {"grpc-message", "slow%20down"},
                                                {"grpc-status-details-bin", text}}));
    EXPECT_EQ(reply.status.code, Code::resource_exhausted);
    EXPECT_EQ(reply.status.message, "slow down");
    EXPECT_EQ(reply.status.details, details);
    EXPECT_EQ(retry_delay(reply.status.details), Duration(seconds(3)));
  }
}

TEST(GrpcReply, TakesOneWholeMessage) {
  const Headers ok{{"grpc-status", "0"}};
  const Reply good = read_reply(answer(200, ok, std::string_view("\0\0\0\0\3abc", 8)));
  EXPECT_EQ(good.status.code, Code::ok);
  EXPECT_EQ(good.message.view(), "abc");
  for (const std::string_view body :
       {std::string_view(""), std::string_view("\0\0\0\0", 4), std::string_view("\0\0\0\0\3ab", 7),
        std::string_view("\0\0\0\0\3abcd", 9), std::string_view("\5\0\0\0\0", 5),
        std::string_view("\1\0\0\0\0", 5)}) {
    EXPECT_EQ(read_reply(answer(200, ok, body)).status.code, Code::internal);
  }
  const Reply packed = read_reply(answer(200, {{"grpc-status", "0"}, {"grpc-encoding", "gzip"}},
                                         std::string_view("\1\0\0\0\1z", 6)));
  EXPECT_EQ(packed.status.code, Code::ok);
  EXPECT_TRUE(packed.is_compressed);
  EXPECT_EQ(packed.encoding, "gzip");
}

/// What a client would see of a server's answer.
ClientResponse transmit(const Response& response) {
  ClientResponse seen;
  seen.status = response.status;
  seen.headers = response.headers;
  seen.trailers = response.trailers;
  seen.body = response.body.flatten();
  return seen;
}

TEST(GrpcResponse, IsReadBack) {
  const Reply good =
      read_reply(transmit(make_response({}, base::Rope(base::Slice::of_static("hello")))));
  EXPECT_EQ(good.status.code, Code::ok);
  EXPECT_EQ(good.message.view(), "hello");
  EXPECT_EQ(read_reply(transmit(make_response({}, {}))).status.code, Code::ok);

  const Status status{Code::unavailable, "queue\nfull", encode_status(Code::unavailable, "x")};
  const Response refusal = make_response(status, base::Rope(base::Slice::of_static("ignored")));
  EXPECT_TRUE(refusal.body.empty());
  const Reply reply = read_reply(transmit(refusal));
  EXPECT_EQ(reply.status.code, Code::unavailable);
  EXPECT_EQ(reply.status.message, "queue\nfull");
  EXPECT_EQ(reply.status.details, status.details);
}

TEST(GrpcStatus, CarriesTheRetryDelay) {
  const Duration delays[] = {Duration{}, nanoseconds(1), milliseconds(1500), seconds(30),
                             hours(24)};
  for (const Duration delay : delays) {
    EXPECT_EQ(retry_delay(encode_status(Code::unavailable, "text", delay)), delay);
  }
  EXPECT_EQ(retry_delay(encode_status(Code::unavailable, "text")), std::nullopt);
  EXPECT_EQ(retry_delay(""), std::nullopt);
}

TEST(GrpcStatus, ReadsBytesOfTheReferenceImplementation) {
  // code 8, "m", [RetryInfo{retry_delay {seconds: 2 nanos: 500000000}}] as protobuf writes it
  const std::string type = "type.googleapis.com/google.rpc.RetryInfo";
  const std::string value("\x0a\x08\x08\x02\x10\x80\xca\xb5\xee\x01", 10);
  const std::string any = "\x0a" + std::string(1, static_cast<char>(type.size())) + type + "\x12" +
                          std::string(1, static_cast<char>(value.size())) + value;
  const std::string status =
      std::string("\x08\x08\x12\x01m\x1a", 6) + std::string(1, static_cast<char>(any.size())) + any;
  EXPECT_EQ(retry_delay(status), Duration(milliseconds(2500)));
  EXPECT_EQ(encode_status(Code::resource_exhausted, "m", milliseconds(2500)), status);
}

TEST(GrpcStatus, BoundsAbsurdDelays) {
  const auto with_seconds = [](std::string_view varint) {
    const std::string duration = "\x08" + std::string(varint);
    const std::string info = "\x0a" + std::string(1, static_cast<char>(duration.size())) + duration;
    const std::string type = "x/google.rpc.RetryInfo";
    const std::string any = "\x0a" + std::string(1, static_cast<char>(type.size())) + type +
                            "\x12" + std::string(1, static_cast<char>(info.size())) + info;
    return retry_delay("\x1a" + std::string(1, static_cast<char>(any.size())) + any);
  };
  EXPECT_EQ(with_seconds("\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), Duration(hours(24 * 366)));
  EXPECT_EQ(with_seconds("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), Duration{});  // -1
}

TEST(GrpcStatus, SurvivesEveryCutAndFlip) {
  const std::string status = encode_status(Code::aborted, "a message", seconds(7));
  for (size_t size = 0; size <= status.size(); ++size) (void)retry_delay(status.substr(0, size));
  base::Random random(7);
  for (int i = 0; i < 10'000; ++i) {
    std::string changed = status;
    changed[random.below(changed.size())] = static_cast<char>(random.u64());
    const auto delay = retry_delay(changed);
    EXPECT_GE(delay.value_or(Duration{}), Duration{});
  }
}

TEST(Base64, RoundTripsAndRefuses) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xff\xfe", "//4"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text).value(), bytes);
  }
  EXPECT_EQ(decode_base64("Zg==").value(), "f");
  EXPECT_EQ(decode_base64("Zm8=").value(), "fo");
  for (const std::string_view bad : {"Z", "Zg=", "Zm9v====", "Z===", "Zm-_", "Zm 9"}) {
    EXPECT_FALSE(decode_base64(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace telemill::transport::grpc
