#pragma once

#include <array>
#include <optional>
#include <string>

#include "components/receivers/otlp/answers.h"
#include "components/receivers/otlp/intake.h"
#include "components/receivers/otlp/otlp_config.h"
#include "transport/server.h"

namespace telemill::components::receivers::otlp {

/// OTLP over HTTP: POST of protobuf or JSON to one path per signal. Checks in the reference's
/// order: coding, path, method, content type.
class HttpHandler final : public transport::Handler {
 public:
  HttpHandler(const pipeline::ComponentContext& context, const pipeline::ReceiverOutputs& outputs,
              const HttpConfig& config);

  transport::HeadVerdict on_head(const transport::RequestHead& head) override;
  void on_request(const transport::RequestHead& head, transport::Body body,
                  transport::Exchange exchange) override;
  transport::Response on_refusal(const transport::RequestHead& head,
                                 transport::Refusal refusal) override;

 private:
  [[nodiscard]] std::optional<telemill::otlp::Signal> signal_of(std::string_view path) const;
  /// The coding of the body, if it is known and allowed.
  [[nodiscard]] std::optional<codec::Coding> coding_of(const transport::RequestHead& head) const;
  [[nodiscard]] std::optional<transport::Response> refuse_head(
      const transport::RequestHead& head) const;
  [[nodiscard]] transport::Response to_response(const IntakeAnswer& answer, BodyKind kind) const;
  [[nodiscard]] transport::Response finished(transport::Response response) const;

  const HttpConfig& config_;
  Intake intake_;
  std::array<std::string, telemill::otlp::signal_count> paths_;
};

}  // namespace telemill::components::receivers::otlp
