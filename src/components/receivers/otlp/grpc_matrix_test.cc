// The response matrix of OTLP over gRPC as a client sees it, cell by cell.
#include <gtest/gtest.h>

#include <ostream>

#include "components/receivers/otlp/receiver_fixture.h"

namespace telemill::components::receivers::otlp {
namespace {

namespace grpc = transport::grpc;
using codec::Coding;
using testing::Call;
using testing::framed;
using testing::ReceiverFixture;
using testing::request_of;
using testing::Signal;

constexpr std::string_view empty_partial_success{"\x0a\x00", 2};

Call call_of(std::string frame) { return {.frame = std::move(frame)}; }

void expect_success(const grpc::Reply& reply) {
  EXPECT_EQ(reply.status.code, grpc::Code::ok) << reply.status.message;
  EXPECT_EQ(reply.message.view(), empty_partial_success);
  EXPECT_FALSE(reply.is_compressed);
}

/// `code` with a text, and no RetryInfo that would make clients try again.
void expect_failure(const grpc::Reply& reply, grpc::Code code) {
  EXPECT_EQ(reply.status.code, code) << reply.status.message;
  EXPECT_FALSE(reply.status.message.empty());
  EXPECT_FALSE(grpc::retry_delay(reply.status.details).has_value());
}

class GrpcMatrix : public ::testing::Test {
 protected:
  grpc::Reply send(std::string frame) { return receiver_.call(call_of(std::move(frame))); }
  ReceiverFixture receiver_;
};

TEST_F(GrpcMatrix, EverySignalIsAcceptedWithEmptyPartialSuccess) {
  for (const Signal signal : telemill::otlp::all_signals) {
    const auto& names = telemill::otlp::names(signal);
    const std::string request = request_of(signal, 2);
    expect_success(
        receiver_.call({.path = std::string(names.grpc_path), .frame = framed(request)}));
    ASSERT_FALSE(receiver_.pipeline.seen.empty()) << names.name;
    EXPECT_EQ(receiver_.pipeline.seen.back().signal, signal);
    EXPECT_EQ(receiver_.pipeline.seen.back().bytes, request) << names.name;
    EXPECT_EQ(receiver_.pipeline.seen.back().item_count, 2U) << names.name;
  }
  EXPECT_EQ(receiver_.metric("otelcol_receiver_accepted_spans"), 2);
  EXPECT_EQ(receiver_.metric("otelcol_receiver_accepted_profile_samples"), 2);
}

TEST_F(GrpcMatrix, SuccessHasTheHeadersOfGrpc) {
  const auto response =
      receiver_.call_raw(call_of(framed(request_of(Signal::traces))), receiver_.grpc_settings());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("content-type"), "application/grpc");
  EXPECT_EQ(response.field("grpc-status"), "0");
}

TEST_F(GrpcMatrix, ZeroItemsAndEmptyMessagesAreAcceptedWithoutThePipeline) {
  expect_success(send(framed("")));
  expect_success(send(framed(testing::field(1, ""))));
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
  EXPECT_EQ(receiver_.metric("otelcol_receiver_accepted_spans"), 0);
}

TEST_F(GrpcMatrix, UnknownServicesAndMethodsAre12) {
  for (const std::string_view path :
       {"/opentelemetry.proto.collector.trace.v1.TraceService/Import",
        "/grpc.health.v1.Health/Check", "/opentelemetry.proto.collector.trace.v1.TraceService",
        "/"}) {
    expect_failure(
        receiver_.call({.path = std::string(path), .frame = framed(request_of(Signal::traces))}),
        grpc::Code::unimplemented);
  }
}

TEST_F(GrpcMatrix, ASignalWithoutAPipelineIs12) {
  ReceiverFixture receiver(ReceiverFixture::default_protocols, {Signal::metrics});
  for (const Signal signal : telemill::otlp::all_signals) {
    const auto reply = receiver.call({.path = std::string(telemill::otlp::names(signal).grpc_path),
                                      .frame = framed(request_of(signal))});
    EXPECT_EQ(reply.status.code,
              signal == Signal::metrics ? grpc::Code::ok : grpc::Code::unimplemented);
  }
}

TEST_F(GrpcMatrix, UndecodableMessagesAre13) {
  expect_failure(send(framed("\x0a\x7fshort")), grpc::Code::internal);
  expect_failure(send(framed("\xff\xff\xff")), grpc::Code::internal);
  expect_failure(send(framed("{}")), grpc::Code::internal);
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
}

TEST_F(GrpcMatrix, CallsWithoutExactlyOneWholeMessageAre13) {
  const std::string request = framed(request_of(Signal::traces));
  expect_failure(send(""), grpc::Code::internal);
  expect_failure(send("\x01"), grpc::Code::internal);
  expect_failure(send(request.substr(0, 5)), grpc::Code::internal);
  expect_failure(send(request.substr(0, request.size() - 1)), grpc::Code::internal);
  expect_failure(send(request + "x"), grpc::Code::internal);
  expect_failure(send(request + request), grpc::Code::internal);
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
}

TEST_F(GrpcMatrix, AMessageFlagOfNeitherZeroNorOneIs13) {
  std::string request = framed(request_of(Signal::traces));
  request[0] = 2;
  expect_failure(send(request), grpc::Code::internal);
}

TEST_F(GrpcMatrix, TheCompressedFlagWithoutAnEncodingIs13) {
  const std::string request = framed(request_of(Signal::traces), true);
  expect_failure(send(request), grpc::Code::internal);
  expect_failure(receiver_.call({.frame = request, .headers = {{"grpc-encoding", "identity"}}}),
                 grpc::Code::internal);
}

TEST_F(GrpcMatrix, AnEncodingWithoutTheCompressedFlagIsPlain) {
  expect_success(receiver_.call(
      {.frame = framed(request_of(Signal::traces)), .headers = {{"grpc-encoding", "gzip"}}}));
  EXPECT_EQ(receiver_.pipeline.seen.size(), 1U);
}

TEST_F(GrpcMatrix, UnknownEncodingsAre12) {
  for (const std::string_view name : {"deflate", "br", "lz4", "GZIP", "x-snappy-framed"}) {
    expect_failure(receiver_.call({.frame = framed(request_of(Signal::traces), true),
                                   .headers = {{"grpc-encoding", std::string(name)}}}),
                   grpc::Code::unimplemented);
  }
}

TEST_F(GrpcMatrix, BrokenCompressionIs13) {
  for (const std::string_view name : {"gzip", "snappy", "zstd"}) {
    expect_failure(receiver_.call({.frame = framed("not compressed", true),
                                   .headers = {{"grpc-encoding", std::string(name)}}}),
                   grpc::Code::internal);
  }
}

TEST_F(GrpcMatrix, ContentTypeMayHaveASubtypeParametersAndAnyCase) {
  for (const std::string_view type :
       {"application/grpc+proto", "application/grpc;charset=utf-8", "Application/gRPC"}) {
    expect_success(receiver_.call(
        {.frame = framed(request_of(Signal::traces)), .content_type = std::string(type)}));
  }
}

TEST_F(GrpcMatrix, OtherContentTypesAre415) {
  for (const std::string_view type : {"application/grpc-web", "application/json", ""}) {
    const auto response = receiver_.call_raw(
        {.frame = framed(request_of(Signal::traces)), .content_type = std::string(type)},
        receiver_.grpc_settings());
    EXPECT_EQ(response.status, 415);
  }
}

TEST_F(GrpcMatrix, OtherMethodsAre405) {
  const auto response =
      receiver_.send({.path = std::string(telemill::otlp::names(Signal::traces).grpc_path),
                      .content_type = "application/grpc",
                      .method = "GET"},
                     receiver_.grpc_settings());
  EXPECT_EQ(response.status, 405);
}

TEST_F(GrpcMatrix, MessagesOverTheLimitAre8) {
  ReceiverFixture receiver("grpc: {endpoint: '127.0.0.1:0', max_recv_msg_size_mib: 1}\n");
  const std::string whole = testing::field(15, std::string((1 << 20) - 4, 'a'));
  ASSERT_EQ(whole.size(), size_t{1} << 20);
  expect_success(receiver.call(call_of(framed(whole))));
  expect_failure(receiver.call(call_of(framed(whole + "a"))), grpc::Code::resource_exhausted);
  // A length that is said is believed before the bytes come.
  std::string lie = framed(request_of(Signal::traces));
  lie[1] = '\x7f';
  expect_failure(receiver.call(call_of(lie)), grpc::Code::resource_exhausted);
  expect_success(receiver.call(call_of(framed(request_of(Signal::traces)))));
}

TEST_F(GrpcMatrix, TheDefaultLimitIs4MiB) {
  const std::string whole = testing::field(15, std::string((4 << 20) - 5, 'a'));
  ASSERT_EQ(whole.size(), size_t{4} << 20);
  expect_success(send(framed(whole)));
  expect_failure(send(framed(whole + "a")), grpc::Code::resource_exhausted);
}

TEST_F(GrpcMatrix, MessagesOverTheLimitOnceDecompressedAre8) {
  const std::string bomb((4 << 20) + 1, '\0');
  for (const auto& [name, coding] : {std::pair{"gzip", Coding::gzip},
                                     {"snappy", Coding::snappy_framed},
                                     {"zstd", Coding::zstd}}) {
    expect_failure(receiver_.call({.frame = framed(testing::coded(coding, bomb), true),
                                   .headers = {{"grpc-encoding", name}}}),
                   grpc::Code::resource_exhausted);
  }
}

TEST_F(GrpcMatrix, CodingsOfTheReferenceAreDecoded) {
  const std::string request = request_of(Signal::traces, 100);
  for (const auto& [name, coding] : {std::pair{"gzip", Coding::gzip},
                                     {"snappy", Coding::snappy_framed},
                                     {"zstd", Coding::zstd}}) {
    expect_success(receiver_.call({.frame = framed(testing::coded(coding, request), true),
                                   .headers = {{"grpc-encoding", name}}}));
    ASSERT_FALSE(receiver_.pipeline.seen.empty());
    EXPECT_EQ(receiver_.pipeline.seen.back().bytes, request) << name;
  }
}

TEST_F(GrpcMatrix, AnExhaustedMemoryBudgetIs14) {
  ReceiverFixture receiver(ReceiverFixture::default_protocols, {Signal::traces}, 1024);
  expect_failure(receiver.call(call_of(framed(request_of(Signal::traces, 2000)))),
                 grpc::Code::unavailable);
  expect_success(receiver.call(call_of(framed(request_of(Signal::traces)))));
}

// Pipeline errors.

struct OutcomeCell {
  const char* name;
  pipeline::Outcome outcome;
  grpc::Code code;
};

pipeline::Outcome coded_outcome(grpc::Code code, std::optional<Duration> delay = std::nullopt) {
  return {.cls = pipeline::OutcomeClass::permanent,
          .grpc_code = static_cast<uint8_t>(code),
          .delay = delay,
          .message = "told so",
          .details = grpc::encode_status(code, "told so", delay)};
}

std::vector<OutcomeCell> outcome_cells() {
  std::vector<OutcomeCell> cells = {
      {"permanent", pipeline::Outcome::permanent("no"), grpc::Code::internal},
      {"retryable", pipeline::Outcome::retryable("full"), grpc::Code::unavailable},
      {"retry_info", coded_outcome(grpc::Code::resource_exhausted, std::chrono::seconds(9)),
       grpc::Code::resource_exhausted},
      {"percent_and_utf8", pipeline::Outcome::permanent("100% \xc3\xa9\n"), grpc::Code::internal},
  };
  for (uint8_t code = 1; code <= 16; ++code) {
    cells.push_back(
        {"code", coded_outcome(static_cast<grpc::Code>(code)), static_cast<grpc::Code>(code)});
  }
  return cells;
}

void PrintTo(const OutcomeCell& cell, std::ostream* out) { *out << cell.name; }

class GrpcOutcome : public ::testing::TestWithParam<OutcomeCell> {};

TEST_P(GrpcOutcome, CodeMessageAndDetailsAreKept) {
  const OutcomeCell& cell = GetParam();
  ReceiverFixture receiver;
  receiver.pipeline.outcome = cell.outcome;
  const auto reply = receiver.call(call_of(framed(request_of(Signal::traces, 3))));
  EXPECT_EQ(reply.status.code, cell.code);
  EXPECT_EQ(reply.status.message, cell.outcome.message);
  EXPECT_EQ(reply.status.details, cell.outcome.details);
  EXPECT_EQ(grpc::retry_delay(reply.status.details), cell.outcome.delay);
  EXPECT_EQ(receiver.metric("otelcol_receiver_accepted_spans"), 0);
  EXPECT_EQ(receiver.metric("otelcol_receiver_refused_spans"), 3);
}

INSTANTIATE_TEST_SUITE_P(Cells, GrpcOutcome, ::testing::ValuesIn(outcome_cells()),
                         [](const auto& cell) {
                           return std::string(cell.param.name) + "_is_" +
                                  std::to_string(static_cast<int>(cell.param.code));
                         });

}  // namespace
}  // namespace telemill::components::receivers::otlp
