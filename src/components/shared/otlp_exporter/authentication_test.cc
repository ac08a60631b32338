// `auth.authenticator` of exporters: what the peer sees, and what does not start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/registry.h"
#include "components/shared/otlp_exporter/exporter_fixture.h"
#include "pipeline/extension.h"

namespace telemill::components::shared {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Shows a name that changes with every request.
class Badge final : public pipeline::Extension, public pipeline::ClientAuthenticator {
 public:
  [[nodiscard]] ClientAuthenticator* client_authenticator() noexcept override {
    return is_client ? this : nullptr;
  }
  Result<void, Failure> add_headers(std::vector<pipeline::ContextEntry>& headers) override {
    if (is_broken) return fail(ErrorCode::unavailable, "no token yet");
    headers.push_back({"authorization", "Badge " + std::to_string(++shown)});
    return {};
  }
  [[nodiscard]] bool requires_tls() const noexcept override { return wants_tls; }

  bool is_client = true;
  bool is_broken = false;
  bool wants_tls = false;
  int shown = 0;
};

class ExporterAuthentication : public ExporterFixture, private pipeline::Extensions {
 protected:
  ExporterAuthentication() { extensions = this; }
  [[nodiscard]] pipeline::Extension* find(const config::ComponentId& id) const noexcept override {
    return id.text() == "badge" ? &badge_ : nullptr;
  }
  static const pipeline::Factory& exporter_of(std::string_view type) {
    for (const pipeline::Factory* factory : components::all_factories()) {
      if (factory->info().type == type && factory->info().kind == pipeline::ComponentKind::exporter)
        return *factory;
    }
    ADD_FAILURE() << type;
    return *components::all_factories().front();
  }
  void start_grpc(const std::string& id = "badge") {
    try_to_create(exporter_of("otlp_grpc"),
                  "endpoint: 127.0.0.1:PORT\ntls: {insecure: true}\nheaders: {authorization: own, "
                  "x-a: b}\nauth: {authenticator: " +
                      id + "}\n",
                  otlp::Signal::traces);
  }
  void start_http() {
    back_end_.answer = [] { return transport::Response{}; };
    try_to_create(exporter_of("otlp_http"),
                  "endpoint: http://127.0.0.1:PORT\nauth: {authenticator: badge}\n",
                  otlp::Signal::traces);
  }
  mutable Badge badge_;
};

TEST_F(ExporterAuthentication, EachRequestShowsFreshCredentials) {
  start_grpc();
  ASSERT_EQ(start_error, "");
  EXPECT_TRUE(send().is_ok());
  EXPECT_TRUE(send().is_ok());
  ASSERT_EQ(back_end_.seen.size(), 2U);
  EXPECT_THAT(back_end_.seen[0].values_of("authorization"), ElementsAre("Badge 1"));
  EXPECT_THAT(back_end_.seen[1].values_of("authorization"), ElementsAre("Badge 2"));
  EXPECT_THAT(back_end_.seen[1].values_of("x-a"), ElementsAre("b"));
}

TEST_F(ExporterAuthentication, OverHttpTheCredentialsTravelInTheClearIfTheUrlSaysSo) {
  badge_.wants_tls = true;
  start_http();
  ASSERT_EQ(start_error, "");
  EXPECT_TRUE(send().is_ok());
  EXPECT_THAT(back_end_.seen.at(0).values_of("authorization"), ElementsAre("Badge 1"));
}

TEST_F(ExporterAuthentication, OverGrpcTheyRequireTls) {
  badge_.wants_tls = true;
  start_grpc();
  EXPECT_THAT(start_error, HasSubstr("require TLS"));
}

TEST_F(ExporterAuthentication, AMissingOrOneSidedAuthenticatorDoesNotStart) {
  start_grpc("other");
  EXPECT_THAT(start_error, HasSubstr("\"other\" does not run"));
  badge_.is_client = false;
  start_grpc();
  EXPECT_THAT(start_error, HasSubstr("does not authenticate us"));
}

TEST_F(ExporterAuthentication, WithoutCredentialsRequestsWait) {
  badge_.is_broken = true;
  start_grpc();
  const auto outcome = send();
  EXPECT_EQ(outcome.cls, pipeline::OutcomeClass::retryable);
  EXPECT_TRUE(back_end_.seen.empty());
}

TEST_F(ExporterAuthentication, AFailingPeerIsReportedOnceAndWhenItIsWellAgain) {
  start_grpc();
  const auto answer = [this](transport::grpc::Code code) {
    back_end_.answer = [code] { return transport::grpc::make_response({.code = code}, {}); };
    send();
  };
  answer(transport::grpc::Code::ok);
  answer(transport::grpc::Code::unavailable);
  answer(transport::grpc::Code::unavailable);
  answer(transport::grpc::Code::invalid_argument);
  answer(transport::grpc::Code::ok);
  answer(transport::grpc::Code::unauthenticated);
  using pipeline::Status;
  EXPECT_THAT(reports.states,
              ElementsAre(Status::recoverable_error, Status::ok, Status::recoverable_error));
}

}  // namespace
}  // namespace telemill::components::shared
