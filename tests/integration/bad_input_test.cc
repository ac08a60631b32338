// What hostile and broken clients send, at the border of the real program: each hears the
// documented answer, memory stays bounded, and a well-behaved client beside them notices nothing.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "codec/compressor.h"
#include "integration/collector_process.h"
#include "integration/connection.h"
#include "integration/grpc_session.h"
#include "integration/neighbour.h"

namespace telemill::integration {
namespace {

using codec::Coding;
using std::chrono::milliseconds;
using transport::grpc_frame;

constexpr size_t mib = size_t{1} << 20;
constexpr size_t oversized_bytes = 100 * mib;
/// How much one hostile client may make the program grow.
constexpr size_t growth_bytes_max = 64 * mib;

constexpr std::string_view json = "application/json";
constexpr int resource_exhausted = 8;
constexpr int internal = 13;

class BadInput : public ::testing::Test {
 protected:
  void SetUp() override {
    collector_.emplace(plain_config, std::vector<std::string>{"--lanes", "2"});
    http_ = collector_->http_port();
    grpc_ = collector_->grpc_port();
    ASSERT_NE(http_, 0);
    ASSERT_NE(grpc_, 0);
    neighbour_ = std::make_unique<Neighbour>(http_, grpc_);
    ASSERT_TRUE(neighbour_->wait_for_successes(20));
    idle_bytes_ = collector_->resident_bytes();
    collector_->forget_peak();
  }
  void TearDown() override {
    if (neighbour_ == nullptr) return;
    EXPECT_TRUE(neighbour_->wait_for_successes(20)) << "the well-behaved client starves";
    neighbour_->stop();
    EXPECT_EQ(neighbour_->failures(), 0);
    if (can_measure_memory) {
      EXPECT_GT(idle_bytes_, 0U);
      EXPECT_LT(collector_->peak_bytes(), idle_bytes_ + growth_bytes_max);
    }
    const Counts counts = collector_->stop();
    EXPECT_EQ(counts.received, neighbour_->successes() * 10 + accepted_spans_);
    EXPECT_EQ(counts.delivered, counts.received);
  }

  /// The status that a connection of its own hears for `request`.
  int http(std::string_view request, bool ends = false) const {
    Connection connection(http_);
    if (ends) {
      connection.send(request);
      connection.end_output();
      return status_of(connection.receive_answer());
    }
    return status_of(connection.send_and_listen(request));
  }
  int grpc(std::string frame, const transport::Http2TestClient::Fields& more = {}) const {
    GrpcSession session(grpc_);
    return session.call(std::move(frame), more);
  }
  /// The peer ends a connection on which `bytes` came, and says nothing that looks like success.
  static void expect_closed(uint16_t port, std::string_view bytes) {
    Connection connection(port);
    connection.push(bytes, milliseconds(500));
    connection.end_output();
    const std::string answer = connection.receive_all();
    EXPECT_TRUE(connection.has_ended());
    EXPECT_EQ(answer.find("200 OK"), std::string::npos) << answer;
  }

  std::optional<CollectorProcess> collector_;
  std::unique_ptr<Neighbour> neighbour_;
  uint16_t http_ = 0;
  uint16_t grpc_ = 0;
  size_t idle_bytes_ = 0;
  int64_t accepted_spans_ = 0;  // by others than the neighbour
};

std::string coded(Coding coding, std::string_view content) {
  codec::Compressor compressor;
  return std::string(
      compressor.compress(coding, base::Rope(base::Slice::copy_of(content)))->view());
}

std::string with_prefix(uint32_t size, std::string_view message) {
  std::string frame = grpc_frame(message);
  for (size_t i = 0; i < 4; ++i) frame[1 + i] = static_cast<char>(size >> (24 - 8 * i));
  return frame;
}

// Sizes.

TEST_F(BadInput, AContentLengthOf100MbIs400) {
  std::string request = http_head(oversized_bytes);
  EXPECT_EQ(http(request), 400) << "before a byte of the body";
  EXPECT_EQ(http(request.append(oversized_bytes, 'a')), 400) << "with the body";
}

TEST_F(BadInput, AChunkedBodyOf100MbIs400) {
  std::string request =
      "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\n"
      "transfer-encoding: chunked\r\n\r\n";
  const std::string chunk = "100000\r\n" + std::string(mib, 'a') + "\r\n";
  for (size_t i = 0; i < oversized_bytes / mib; ++i) request += chunk;
  EXPECT_EQ(http(request + "0\r\n\r\n"), 400);
}

TEST_F(BadInput, ContentLengthsNobodyCouldMeanAre400) {
  for (const char* length : {"18446744073709551615", "18446744073709551616", "-1", "0x10", "1e9"}) {
    EXPECT_EQ(http("POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\n"
                   "content-length: " +
                   std::string(length) + "\r\n\r\n"),
              400)
        << length;
  }
}

TEST_F(BadInput, AGrpcMessageOf100MbIs8) {
  EXPECT_EQ(grpc(grpc_frame(std::string(oversized_bytes, 'a'))), resource_exhausted);
}

TEST_F(BadInput, AClientThatSendsOnAfterItsRefusalHarmsNobody) {
  GrpcSession session(grpc_);
  const int32_t id =
      session.client.request(traces_method, "", {{"content-type", "application/grpc"}}, false);
  ASSERT_TRUE(session.connection.send(session.client.take_output()));
  // 100 MB in frames by hand, however much the receiver has allowed.
  const std::string frame =
      transport::raw_frame(0, 0, static_cast<uint32_t>(id), std::string(16384, '\0'));
  std::string flood;
  while (flood.size() < oversized_bytes) flood += frame;
  session.connection.push(flood, milliseconds(500));
  std::string input = session.connection.receive(milliseconds(3000));
  ASSERT_TRUE(session.client.receive(input));
  EXPECT_NE(session.client[id].fields["grpc-status"], "0");
}

// Lengths that lie.

TEST_F(BadInput, ABodyShorterThanItsContentLengthIs400) {
  const std::string body = spans(3);
  EXPECT_EQ(http(http_head(body.size() + 1) + body, true), 400);
  EXPECT_EQ(http(http_head(mib) + body, true), 400);
  EXPECT_EQ(http(http_head(10), true), 400);
}

TEST_F(BadInput, ABodyLongerThanItsContentLengthIsNoSecondRequest) {
  Connection connection(http_);
  const std::string body = spans(3);
  ASSERT_TRUE(connection.send(http_head(body.size()) + body + "trailing garbage\r\n\r\n"));
  connection.end_output();
  EXPECT_EQ(status_of(connection.receive_answer()), 200);
  EXPECT_EQ(status_of(connection.receive_answer()), 400);
  EXPECT_EQ(connection.receive_all(), "");
  EXPECT_TRUE(connection.has_ended());
  accepted_spans_ = 3;
}

TEST_F(BadInput, TwoContentLengthsAre400) {
  EXPECT_EQ(http(http_post("ab", "content-length: 3\r\n")), 400);
  EXPECT_EQ(http(http_post("ab", "transfer-encoding: chunked\r\n")), 400);
}

TEST_F(BadInput, AGrpcPrefixThatLiesIs13Or8) {
  const std::string message = spans(3);
  const auto size = static_cast<uint32_t>(message.size());
  EXPECT_EQ(grpc(with_prefix(size + 1, message)), internal);
  EXPECT_EQ(grpc(with_prefix(size - 1, message)), internal);
  EXPECT_EQ(grpc(with_prefix(0, message)), internal);
  EXPECT_EQ(grpc(with_prefix(3 * mib, message)), internal);
  EXPECT_EQ(grpc(with_prefix(UINT32_MAX, message)), resource_exhausted);
}

TEST_F(BadInput, ManyCallsThatPromiseALotHoldLittle) {
  // 500 calls promise 4 MiB each and send nothing more.
  GrpcSession session(grpc_);
  for (int i = 0; i < 500; ++i) {
    session.client.request(traces_method, with_prefix(4 * mib - 1, ""),
                           {{"content-type", "application/grpc"}}, false);
  }
  ASSERT_TRUE(session.connection.send(session.client.take_output()));
  ASSERT_TRUE(neighbour_->wait_for_successes(20));
  session.connection.reset();
}

TEST_F(BadInput, ManyConnectionsThatPromiseALotHoldLittle) {
  std::vector<Connection> connections;
  for (int i = 0; i < 200; ++i) {
    connections.emplace_back(http_);
    ASSERT_TRUE(connections.back().send(http_head(20 * mib) + "a"));
  }
  ASSERT_TRUE(neighbour_->wait_for_successes(20));
}

// Endings.

TEST_F(BadInput, ATruncatedMessageIs400And13) {
  const std::string message = spans(3);
  for (size_t size = 1; size < message.size(); ++size) {
    EXPECT_EQ(http(http_post(message.substr(0, size))), 400) << size;
    EXPECT_EQ(grpc(grpc_frame(message.substr(0, size))), internal) << size;
  }
}

TEST_F(BadInput, AHalfClosedClientHearsItsAnswer) {
  EXPECT_EQ(http(http_post(spans(3)), true), 200);
  accepted_spans_ = 3;
}

TEST_F(BadInput, AClientThatEndsInsideItsHeadIsClosed) {
  expect_closed(http_, http_post("").substr(0, 30));
  expect_closed(http_, "P");
  expect_closed(http_, "PRI * HT");
  expect_closed(grpc_, "PRI * HTTP/2.0\r\n\r\nSM");
  expect_closed(http_, "");
  expect_closed(grpc_, "");
}

TEST_F(BadInput, AClientThatResetsInsideItsBodyHarmsNobody) {
  for (int i = 0; i < 50; ++i) {
    Connection connection(http_);
    connection.send(http_head(5 * mib) + std::string(mib / 2, 'a'));
    connection.reset();
  }
}

TEST_F(BadInput, OneByteAtATimeIsServed) {
  Connection slow(http_);
  for (const char byte : http_post(spans(1))) {
    ASSERT_TRUE(slow.send({&byte, 1}));
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_EQ(status_of(slow.receive_answer()), 200);

  GrpcSession session(grpc_);
  const int32_t id =
      session.client.request(traces_method, grpc_frame(spans(1)),
                             {{"content-type", "application/grpc"}, {"te", "trailers"}});
  for (const char byte : session.client.take_output()) {
    ASSERT_TRUE(session.connection.send({&byte, 1}));
    std::this_thread::sleep_for(milliseconds(1));
  }
  ASSERT_TRUE(session.finish(id));
  EXPECT_EQ(session.client[id].fields["grpc-status"], "0");
  accepted_spans_ = 2;
}

// What is no HTTP.

TEST_F(BadInput, GarbageOnEitherPortIsClosed) {
  std::string noise(100'000, '\0');
  uint32_t state = 7;
  for (char& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  for (const uint16_t port : {http_, grpc_}) {
    expect_closed(port, noise);
    expect_closed(port, std::string(100'000, '\0'));
    expect_closed(port, std::string(100'000, '\n'));
    expect_closed(port, std::string(100'000, 'A'));
    expect_closed(port, "\r\n\r\n\r\n\r\n");
    expect_closed(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + noise);
  }
}

TEST_F(BadInput, ATlsClientHelloOnAPlaintextPortIsClosed) {
  // TLS 1.2 record, ClientHello of 64 bytes
  const std::string hello =
      std::string("\x16\x03\x01\x00\x44\x01\x00\x00\x40\x03\x03", 11) + std::string(62, '\x5a');
  expect_closed(http_, hello);
  expect_closed(grpc_, hello);
}

// Decompression bombs.

TEST_F(BadInput, BombsOfEveryCodingAre400) {
  const std::string zeros(oversized_bytes, '\0');
  for (const auto& [name, coding] : {std::pair{"gzip", Coding::gzip},
                                     {"zlib", Coding::zlib},
                                     {"deflate", Coding::zlib},
                                     {"zstd", Coding::zstd},
                                     {"snappy", Coding::snappy},
                                     {"snappy", Coding::snappy_framed},
                                     {"x-snappy-framed", Coding::snappy_framed},
                                     {"lz4", Coding::lz4}}) {
    const std::string bomb = coded(coding, zeros);
    EXPECT_EQ(http(http_post(bomb, "content-encoding: " + std::string(name) + "\r\n")), 400)
        << name;
  }
}

TEST_F(BadInput, BombsOfEveryGrpcCodingAre8) {
  const std::string zeros(oversized_bytes, '\0');
  for (const auto& [name, coding] : {std::pair{"gzip", Coding::gzip},
                                     {"zstd", Coding::zstd},
                                     {"snappy", Coding::snappy_framed}}) {
    std::string frame = grpc_frame(coded(coding, zeros));
    frame[0] = 1;
    EXPECT_EQ(grpc(frame, {{"grpc-encoding", name}}), resource_exhausted) << name;
  }
}

TEST_F(BadInput, BombsWithinTheLimitThatAreNoOtlpAre400) {
  const std::string zeros(20 * mib, '\0');
  const std::string gzip = "content-encoding: gzip\r\n";
  EXPECT_EQ(http(http_post(coded(Coding::gzip, zeros), gzip)), 400);
  EXPECT_EQ(
      http(http_post(coded(Coding::gzip, std::string(20 * mib, ' ')), gzip, "application/json")),
      400);
}

TEST_F(BadInput, RefusedBombsLeaveNoMemoryBehind) {
  const std::string zeros(oversized_bytes, '\0');
  const std::string gzip = http_post(coded(Coding::gzip, zeros), "content-encoding: gzip\r\n");
  const std::string zlib = http_post(coded(Coding::zlib, zeros), "content-encoding: zlib\r\n");
  const std::string blank = http_post(std::string(18 * mib, ' '), {}, json);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(http(gzip), 400);
    EXPECT_EQ(http(zlib), 400);
    EXPECT_EQ(http(blank), 400);
  }
  if (can_measure_memory) {
    EXPECT_LT(collector_->resident_bytes(), idle_bytes_ + 24 * mib);
  }
}

// Nesting.

std::string prefixed(char tag, const std::string& content) {
  std::string bytes(1, tag);
  size_t size = content.size();
  for (; size >= 0x80; size >>= 7) bytes.push_back(static_cast<char>(size | 0x80));
  bytes.push_back(static_cast<char>(size));
  return bytes.append(content);
}

/// AnyValues that hold one array with one AnyValue each.
std::string nested_any_values(size_t depth) {
  std::string value;
  for (size_t i = 0; i < depth; ++i) value = prefixed('\x2a', prefixed('\x0a', value));
  return value;
}

std::string span_with_attribute(const std::string& any_value) {
  const std::string key_value = prefixed('\x12', any_value);
  const std::string span = prefixed('\x4a', key_value);
  return prefixed('\x0a', prefixed('\x12', prefixed('\x12', span)));
}

TEST_F(BadInput, DeepAnyValuesPassUnread) {
  // What no component reads travels as bytes, so its depth costs nothing here.
  for (const size_t depth : {10U, 200U, 10'000U}) {
    const std::string request = span_with_attribute(nested_any_values(depth));
    EXPECT_EQ(http(http_post(request)), 200) << depth;
    EXPECT_EQ(grpc(grpc_frame(request)), 0) << depth;
    accepted_spans_ += 2;
  }
}

TEST_F(BadInput, DeepJsonIs400) {
  for (const size_t depth : {200U, 10'000U, 1'000'000U}) {
    const std::string open(depth, '[');
    EXPECT_EQ(http(http_post(open, {}, json)), 400) << depth;
    EXPECT_EQ(http(http_post(open + std::string(depth, ']'), {}, json)), 400) << depth;
  }
  // Below a key that nobody knows, and in attributes.
  for (const size_t depth : {10'000U, 1'000'000U}) {
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(http(http_post("{\"a\":" + nested + "}", {}, json)), 400) << depth;
  }
  std::string value = "{}";
  for (int i = 0; i < 5000; ++i) value = R"({"arrayValue":{"values":[)" + value + "]}}";
  EXPECT_EQ(http(http_post(R"({"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":)" +
                               value + "}]}}]}",
                           {}, json)),
            400);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(http(http_post(objects, {}, json)), 400);
}

TEST_F(BadInput, DeepProtobufGroupsAre400And13) {
  for (const size_t depth : {200U, 10'000U, 1'000'000U}) {
    const std::string groups = std::string(depth, '\x7b') + std::string(depth, '\x7c');
    EXPECT_EQ(http(http_post(groups)), 400) << depth;
    EXPECT_EQ(grpc(grpc_frame(groups)), internal) << depth;
    EXPECT_EQ(http(http_post(std::string(depth, '\x7b'))), 400) << depth;
  }
}

TEST_F(BadInput, WrongWireTypesAre400And13) {
  const std::vector<std::string> messages = {
      std::string("\x08\x01", 2),                  // resource_spans as a number
      std::string("\x0d\x01\x02\x03\x04", 5),      // as four bytes
      std::string("\x0b\x0c", 2),                  // as a group
      std::string("\x0a\x02\x10\x01", 4),          // scope_spans as a number
      std::string("\x0a\x04\x12\x02\x10\x01", 6),  // a span as a number
      std::string("\x0f", 1),                      // wire type 7
      std::string("\x00\x00", 2),                  // field zero
      std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11),
      std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12),
      std::string("\x7c", 1),  // the end of no group
  };
  for (size_t i = 0; i < messages.size(); ++i) {
    EXPECT_EQ(http(http_post(messages[i])), 400) << i;
    EXPECT_EQ(grpc(grpc_frame(messages[i])), internal) << i;
  }
}

TEST_F(BadInput, ZeroItemsAreASuccessWithoutItems) {
  EXPECT_EQ(http(http_post("")), 200);
  EXPECT_EQ(http(http_post(spans(0))), 200);
  EXPECT_EQ(http(http_post("{}", {}, "application/json")), 200);
  EXPECT_EQ(grpc(grpc_frame("")), 0);
  EXPECT_EQ(grpc(grpc_frame(spans(0))), 0);
}

// Clients that take more than they give.

TEST_F(BadInput, AnHttpClientThatNeverReadsIsNotReadEither) {
  Connection deaf(http_);
  std::string requests;
  while (requests.size() < 96 * mib) requests += http_post("", "x-filler: 0123456789\r\n");
  EXPECT_LT(deaf.push(requests, milliseconds(1000)), requests.size());
  deaf.reset();
}

TEST_F(BadInput, AGrpcClientThatNeverReadsIsNotReadEither) {
  GrpcSession deaf(grpc_);
  std::string bytes = deaf.client.take_output();
  for (int i = 0; i < 100; ++i) {
    deaf.client.request(traces_method, grpc_frame(""), {{"content-type", "application/grpc"}});
  }
  bytes += deaf.client.take_output();
  // Pings ask for answers that nobody fetches.
  const std::string ping = transport::raw_frame(6, 0, 0, "12345678");
  while (bytes.size() < 32 * mib) bytes += ping;
  EXPECT_LT(deaf.connection.push(bytes, milliseconds(1000)), bytes.size());
  deaf.connection.reset();
}

TEST_F(BadInput, AThousandIdleConnectionsAreKeptAndThenForgotten) {
  rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  constexpr size_t connection_count = 1000;
  if (files.rlim_cur < connection_count + 200) GTEST_SKIP() << "the limit of open files is too low";
  const size_t before = collector_->descriptor_count();
  {
    std::vector<Connection> idle;
    for (size_t i = 0; i < connection_count; ++i) idle.emplace_back(i % 2 == 0 ? http_ : grpc_);
    for (const Connection& connection : idle) ASSERT_TRUE(connection.is_open());
    ASSERT_TRUE(neighbour_->wait_for_successes(50));
    EXPECT_GE(collector_->descriptor_count(), before + connection_count);
    for (size_t i = 0; i < connection_count; i += 100) {
      ASSERT_TRUE(idle[i].send(http_post(spans(1))));
      EXPECT_EQ(status_of(idle[i].receive_answer()), 200);
      ++accepted_spans_;
    }
  }
  for (int i = 0; i < 1000 && collector_->descriptor_count() > before; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_LE(collector_->descriptor_count(), before);
}

}  // namespace
}  // namespace telemill::integration
