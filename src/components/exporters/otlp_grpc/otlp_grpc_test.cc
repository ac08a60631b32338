// The exporter against a real server on loopback, by the rows of the reference's tables.
#include "components/exporters/otlp_grpc/otlp_grpc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/decompressor.h"
#include "components/shared/otlp_exporter/exporter_fixture.h"
#include "wire/writer.h"

namespace telemill::components::exporters::otlp_grpc {
namespace {

namespace grpc = transport::grpc;
using pipeline::OutcomeClass;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* const plain = "endpoint: 127.0.0.1:PORT\ntls: {insecure: true}\n";

class OtlpGrpcTest : public shared::ExporterFixture {
 protected:
  void create(const std::string& yaml) { ExporterFixture::create(factory(), yaml); }
  void answer_with(grpc::Code code, std::optional<Duration> retry_delay) {
    back_end_.answer = [code, retry_delay] {
      grpc::Status status{.code = code, .message = "as told", .details = {}};
      if (retry_delay) status.details = grpc::encode_status(code, "as told", retry_delay);
      return grpc::make_response(status, {});
    };
  }
  static std::string errors_of(const std::string& yaml) {
    config::Problems problems;
    const auto node = config::read_yaml(yaml, 0, problems);
    const auto settings = factory().parse(*node, "e", problems);
    std::string errors;
    for (const config::Problem& problem : problems) errors += problem.path + " ";
    return errors;
  }
};

struct CodeRow {
  grpc::Code code;
  OutcomeClass plain;
  OutcomeClass with_retry_info;
};

class OtlpGrpcOutcome : public OtlpGrpcTest, public testing::WithParamInterface<CodeRow> {};

TEST_P(OtlpGrpcOutcome, IsThatOfTheTable) {
  const CodeRow& row = GetParam();
  create(plain);
  answer_with(row.code, std::nullopt);
  pipeline::Outcome outcome = send();
  EXPECT_EQ(outcome.cls, row.plain);
  EXPECT_EQ(outcome.delay, std::nullopt);
  if (row.code == grpc::Code::ok) return;
  EXPECT_EQ(outcome.grpc_code, static_cast<uint8_t>(row.code));
  EXPECT_EQ(outcome.message, "as told");
  answer_with(row.code, std::chrono::seconds(7));
  outcome = send();
  EXPECT_EQ(outcome.cls, row.with_retry_info);
  EXPECT_EQ(outcome.delay.has_value(), row.with_retry_info == OutcomeClass::retryable);
  EXPECT_EQ(outcome.delay.value_or(std::chrono::seconds(7)), std::chrono::seconds(7));
}

constexpr auto permanent = OutcomeClass::permanent;
constexpr auto retryable = OutcomeClass::retryable;
INSTANTIATE_TEST_SUITE_P(
    Codes, OtlpGrpcOutcome,
    testing::Values(CodeRow{grpc::Code::ok, OutcomeClass::ok, OutcomeClass::ok},
                    CodeRow{grpc::Code::cancelled, retryable, retryable},
                    CodeRow{grpc::Code::unknown, permanent, permanent},
                    CodeRow{grpc::Code::invalid_argument, permanent, permanent},
                    CodeRow{grpc::Code::deadline_exceeded, retryable, retryable},
                    CodeRow{grpc::Code::not_found, permanent, permanent},
                    CodeRow{grpc::Code::already_exists, permanent, permanent},
                    CodeRow{grpc::Code::permission_denied, permanent, permanent},
                    CodeRow{grpc::Code::resource_exhausted, permanent, retryable},
                    CodeRow{grpc::Code::failed_precondition, permanent, permanent},
                    CodeRow{grpc::Code::aborted, retryable, retryable},
                    CodeRow{grpc::Code::out_of_range, retryable, retryable},
                    CodeRow{grpc::Code::unimplemented, permanent, permanent},
                    CodeRow{grpc::Code::internal, permanent, permanent},
                    CodeRow{grpc::Code::unavailable, retryable, retryable},
                    CodeRow{grpc::Code::data_loss, retryable, retryable},
                    CodeRow{grpc::Code::unauthenticated, permanent, permanent}),
    [](const auto& row) { return "Code" + std::to_string(static_cast<int>(row.param.code)); });

TEST_F(OtlpGrpcTest, PartialSuccessIsSentAndNeverRepeated) {
  create(plain);
  back_end_.answer = [] {
    base::Buffer message;
    wire::Writer writer(message);
    const size_t partial = writer.open(1);
    writer.varint(1, 2);
    writer.bytes(2, "two were bad");
    writer.close(partial);
    return grpc::make_response({}, base::Rope(std::move(message).freeze()));
  };
  EXPECT_TRUE(send(5).is_ok());
  EXPECT_EQ(back_end_.seen.size(), 1U);
  EXPECT_EQ(metric("otelcol_exporter_sent_spans"), 5);
}

TEST_F(OtlpGrpcTest, APeerThatIsGoneIsRetryable) {
  create(plain);
  EXPECT_TRUE(send().is_ok());
  server_->close();
  server_.reset();
  EXPECT_EQ(send().cls, OutcomeClass::retryable);
  EXPECT_EQ(metric("otelcol_exporter_send_failed_spans"), 1);
}

TEST_F(OtlpGrpcTest, SendsTheUsersHeadersButNotInPlaceOfItsOwn) {
  create(std::string(plain) +
         "headers:\n  - {name: X-Tenant, value: acme}\n  - {name: TE, value: gzip}\n"
         "  - {name: grpc-timeout, value: 1S}\nauthority: other.example\nuser_agent: probe/1\n");
  EXPECT_TRUE(send().is_ok());
  const auto& seen = back_end_.seen.at(0);
  EXPECT_THAT(seen.values_of("x-tenant"), ElementsAre("acme"));
  EXPECT_THAT(seen.values_of("te"), ElementsAre("trailers"));
  EXPECT_EQ(seen.values_of("grpc-timeout").size(), 1U);
  EXPECT_THAT(seen.values_of("grpc-timeout"), testing::Not(ElementsAre("1S")));
  EXPECT_EQ(seen.authority, "other.example");
  EXPECT_THAT(seen.values_of("user-agent"), ElementsAre(StartsWith("probe/1")));
  EXPECT_EQ(seen.path, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
}

TEST_F(OtlpGrpcTest, CompressesWhatIsWorthIt) {
  for (const char* const name : {"gzip", "zstd", "snappy", "none"}) {
    create(std::string(plain) + "compression: " + name);
    back_end_.seen.clear();
    EXPECT_TRUE(send(1).is_ok());
    EXPECT_TRUE(send(1000).is_ok());
    EXPECT_THAT(back_end_.seen.at(0).values_of("grpc-encoding"), IsEmpty());
    const auto coding = back_end_.seen.at(1).values_of("grpc-encoding");
    if (std::string_view(name) == "none") {
      EXPECT_THAT(coding, IsEmpty());
    } else {
      EXPECT_THAT(coding, ElementsAre(name));
      EXPECT_EQ(back_end_.seen.at(1).body.at(0), '\1') << "flag: compressed";
    }
  }
}

TEST_F(OtlpGrpcTest, TakesEndpointsInEveryForm) {
  for (const std::string endpoint :
       {"http://127.0.0.1:PORT", "dns:///127.0.0.1:PORT", "http://127.0.0.1:PORT/"}) {
    create("endpoint: " + endpoint + "\ntls: {insecure: true}\n");
    EXPECT_TRUE(send().is_ok()) << endpoint;
  }
}

// https:// forces TLS whatever `insecure` says; http:// does not turn it off.
TEST_F(OtlpGrpcTest, TheSchemeOnlyTurnsTlsOn) {
  create("endpoint: https://127.0.0.1:PORT\ntls: {insecure: true}\n");
  EXPECT_EQ(send().cls, OutcomeClass::retryable);
  create("endpoint: http://127.0.0.1:PORT\n");
  EXPECT_EQ(send().cls, OutcomeClass::retryable);
  EXPECT_THAT(back_end_.seen, IsEmpty());
}

TEST_F(OtlpGrpcTest, RefusesWhatTheTableForbids) {
  EXPECT_EQ(errors_of("{}"), "e::endpoint ");
  EXPECT_EQ(errors_of("endpoint: backend"), "e::endpoint ");
  EXPECT_EQ(errors_of("endpoint: backend:otlp"), "e::endpoint ");
  EXPECT_EQ(errors_of("endpoint: http://backend"), "e::endpoint ");
  EXPECT_EQ(errors_of("{endpoint: 'b:1', timeout: -1s}"), "e::timeout ");
  EXPECT_EQ(errors_of("{endpoint: 'b:1', balancer_name: best}"), "e::balancer_name ");
  EXPECT_EQ(errors_of("{endpoint: 'b:1', compression: lz4}"), "e::compression ");
  EXPECT_EQ(errors_of("{endpoint: 'b:1', sending_queue: {queue_size: 0}}"),
            "e::sending_queue::queue_size ");
  EXPECT_EQ(errors_of("{endpoint: 'b:1', retry_on_failure: {max_elapsed_time: 1s}}"),
            "e::retry_on_failure::max_elapsed_time e::retry_on_failure::max_elapsed_time ");
}

TEST_F(OtlpGrpcTest, TakesWhatTheTableAllows) {
  for (const char* const yaml :
       {"endpoint: 'unix:///run/x.sock'", "{endpoint: 'b:1', timeout: 0s}",
        "{endpoint: 'b:1', balancer_name: pick_first, wait_for_ready: true}",
        "{endpoint: 'b:1', keepalive: {time: 20s, timeout: 5s, permit_without_stream: true}}",
        "{endpoint: 'b:1', read_buffer_size: 1, write_buffer_size: 2, headers: {a: b}}",
        "{endpoint: 'b:1', sending_queue: {batch: {}}, retry_on_failure: {max_elapsed_time: 0}}"}) {
    EXPECT_EQ(errors_of(yaml), "") << yaml;
  }
}

}  // namespace
}  // namespace telemill::components::exporters::otlp_grpc
