#pragma once

#include "pipeline/authentication.h"
#include "pipeline/component.h"

namespace telemill::pipeline {

/// Part of the collector, but of no pipeline. With placement `lane` every lane has an instance,
/// which the lane's other components may use; a singleton lives on the control lane, which serves
/// pages and never telemetry.
class Extension : public Component {
 public:
  /// All pipelines run.
  virtual void on_ready() {}
  /// The collector is about to stop, but still takes data.
  virtual void on_stopping() {}

  /// What it can do for others; null when it cannot.
  [[nodiscard]] virtual ServerAuthenticator* server_authenticator() noexcept { return nullptr; }
  [[nodiscard]] virtual ClientAuthenticator* client_authenticator() noexcept { return nullptr; }
};

}  // namespace telemill::pipeline
