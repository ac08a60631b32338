#include "components/receivers/otlp/status_json.h"

#include <gtest/gtest.h>

#include <string>

#include "components/receivers/otlp/receiver_fixture.h"
#include "transport/grpc.h"

namespace telemill::components::receivers::otlp {
namespace {

namespace grpc = transport::grpc;
using testing::field;

std::string json(const std::string& status) { return std::string(status_json(status).view()); }

TEST(StatusJson, WithoutDetails) {
  EXPECT_EQ(json(""), "{}");
  EXPECT_EQ(json(grpc::encode_status(grpc::Code::internal, "no")), R"({"code":13,"message":"no"})");
  EXPECT_EQ(json(grpc::encode_status(grpc::Code::internal, "")), R"({"code":13})");
}

TEST(StatusJson, DurationsHaveNoThreeSixOrNineDigits) {
  const auto delay_text = [](Duration delay) {
    const std::string text = json(grpc::encode_status(grpc::Code::ok, "", delay));
    const size_t begin = text.rfind(":\"") + 2;
    return text.substr(begin, text.rfind("\"}") - begin);
  };
  using namespace std::chrono_literals;
  EXPECT_EQ(delay_text(0s), "0s");
  EXPECT_EQ(delay_text(90s), "90s");
  EXPECT_EQ(delay_text(5ms), "0.005s");
  EXPECT_EQ(delay_text(1s + 1us), "1.000001s");
  EXPECT_EQ(delay_text(1ns), "0.000000001s");
}

TEST(StatusJson, UnknownDetailsKeepTheirBytesInTheirPlace) {
  const std::string unknown = field(3, field(1, "type.googleapis.com/a.B") + field(2, "xyz"));
  const std::string retry_info = grpc::encode_status(grpc::Code::ok, "", std::chrono::seconds(2));
  const std::string retry_json =
      R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2s"})";
  const std::string unknown_json = R"({"@type":"type.googleapis.com/a.B","value":"eHl6"})";
  EXPECT_EQ(json(unknown + retry_info + unknown),
            "{\"details\":[" + unknown_json + "," + retry_json + "," + unknown_json + "]}");
  EXPECT_EQ(json(std::string("\x08\x0e", 2) + field(3, "")), R"({"code":14,"details":[{}]})");
}

TEST(StatusJson, WhatCannotBeReadIsEmpty) {
  EXPECT_EQ(json("\xff"), "{}");
  EXPECT_EQ(json(field(3, "\xff")), "{}");
  EXPECT_EQ(json(field(3, field(1, "a")) + "\x0a"), "{}");
}

}  // namespace
}  // namespace telemill::components::receivers::otlp
