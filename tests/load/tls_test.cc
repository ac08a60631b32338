#include <cstdlib>

#include "loopback.h"

namespace telemill::load {
namespace {

/// A certificate of its own for 127.0.0.1, made anew for each test.
class OverTls : public Loopback {
 protected:
  void SetUp() override {
    Loopback::SetUp();
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=load -addext subjectAltName=IP:127.0.0.1 -keyout " +
        folder_.file("key") + " -out " + folder_.file("certificate") + " >/dev/null 2>&1";
    if (std::system(command.c_str()) != 0) GTEST_SKIP() << "the openssl program is not installed";
    auto context = transport::TlsContext::create(
        transport::TlsContext::Role::server,
        {.cert_file = folder_.file("certificate"), .key_file = folder_.file("key")},
        {"h2", "http/1.1"});
    ASSERT_TRUE(context.has_value()) << context.error().message;
    SinkSettings settings;
    settings.tls = *context;
    start_sink(settings);
  }

  [[nodiscard]] GenSettings over_tls(Protocol protocol, const transport::TlsSettings& tls) const {
    GenSettings settings = to_sink();
    settings.protocol = protocol;
    auto context = transport::TlsContext::create(transport::TlsContext::Role::client, tls,
                                                 {protocol == Protocol::grpc ? "h2" : "http/1.1"});
    EXPECT_TRUE(context.has_value());
    settings.tls = context.value();
    return settings;
  }

  const TemporaryFolder folder_;
};

TEST_F(OverTls, EveryItemArrivesOnce) {
  transport::TlsSettings tls;
  tls.ca_file = folder_.file("certificate");
  uint64_t expected = 0;
  for (const Protocol protocol : {Protocol::grpc, Protocol::http}) {
    GenSettings settings = over_tls(protocol, tls);
    settings.seed = 100 + expected;
    const GenReport sent = generate(settings);
    EXPECT_TRUE(sent.is_all_acknowledged()) << describe(sent, settings);
    expected += 2000;
    EXPECT_EQ(collect().unique_items(), expected);
  }
}

TEST_F(OverTls, AStrangersCertificateIsNotTrusted) {
  GenSettings settings = over_tls(Protocol::grpc, {});
  settings.requests = 4;
  const GenReport sent = generate(settings);
  EXPECT_EQ(sent.acknowledged.requests, 0U);
  EXPECT_EQ(sent.failed.requests, 4U);
  EXPECT_NE(sent.last_failure.find("certificate"), std::string::npos) << sent.last_failure;
  EXPECT_EQ(collect().unique_items(), 0U);
}

}  // namespace
}  // namespace telemill::load
