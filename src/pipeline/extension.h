#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/unique_function.h"
#include "pipeline/component.h"
#include "pipeline/request_context.h"

namespace telemill::pipeline {

/// Finds out who sends a request. One lane.
class ServerAuthenticator {
 public:
  /// `headers` are those of the request, names in lower case, and live until `done`, which is
  /// called once, now or later, with what is known of the caller or with why it is refused.
  virtual void authenticate(
      const std::vector<ContextEntry>& headers,
      base::UniqueFunction<void(Result<std::vector<ContextEntry>, Failure>)> done) = 0;

 protected:
  ~ServerAuthenticator() = default;
};

/// Proves to a peer who we are. One lane.
class ClientAuthenticator {
 public:
  /// Appends headers to one request. Called for each attempt, so that fresh tokens are used.
  virtual Result<void, Failure> add_headers(std::vector<ContextEntry>& headers) = 0;
  /// Credentials must not travel in the clear over gRPC.
  [[nodiscard]] virtual bool requires_tls() const noexcept { return false; }

 protected:
  ~ClientAuthenticator() = default;
};

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
