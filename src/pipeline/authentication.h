#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/unique_function.h"
#include "config/component_id.h"
#include "config/fields.h"
#include "pipeline/request_context.h"
#include "telemill/result.h"

/// What servers and clients ask of extensions that authenticate. Everything belongs to one lane.
namespace telemill::pipeline {

/// The headers of a request, as far as an authenticator asks for them.
class RequestHeaders {
 public:
  /// The first value of `name`, which is in lower case; nothing when there is none.
  [[nodiscard]] virtual std::optional<std::string_view> find(std::string_view name) const = 0;

 protected:
  ~RequestHeaders() = default;
};

/// What is known of a caller ("username", "raw", ...), or why it is refused. A failure that is
/// `unavailable` or `over_limit` says that it cannot be told now: the caller may try again.
using Authenticated = Result<std::vector<ContextEntry>, Failure>;

/// Finds out who sends a request.
class ServerAuthenticator {
 public:
  /// What can be told at once; nothing when finding out takes longer. The headers are valid during
  /// the call.
  [[nodiscard]] virtual std::optional<Authenticated> authenticate_now(
      const RequestHeaders& headers) = 0;
  /// Calls `done` once, now or later. The headers are valid during this call only.
  virtual void authenticate(const RequestHeaders& headers,
                            base::UniqueFunction<void(Authenticated)> done) = 0;
  /// What a refused HTTP client is told to show: the value of WWW-Authenticate.
  [[nodiscard]] virtual const std::string& challenge() const noexcept = 0;

 protected:
  ~ServerAuthenticator() = default;
};

/// Proves to a peer who we are.
class ClientAuthenticator {
 public:
  /// Appends headers, names in lower case, to one request. Called for each attempt, so that fresh
  /// tokens are used.
  virtual Result<void, Failure> add_headers(std::vector<ContextEntry>& headers) = 0;
  /// Credentials must not travel in the clear over gRPC.
  [[nodiscard]] virtual bool requires_tls() const noexcept { return false; }

 protected:
  ~ClientAuthenticator() = default;
};

/// For whom an extension authenticates.
struct AuthenticatorSides {
  bool is_server = false;
  bool is_client = false;
};

/// The `auth` block of a server.
struct ServerAuthConfig {
  config::ComponentId authenticator;
  std::vector<std::string> request_params;

  static constexpr auto fields = std::tuple{
      config::field("authenticator", &ServerAuthConfig::authenticator,
                    "The extension that checks every request."),
      config::field("request_params", &ServerAuthConfig::request_params,
                    "Parameters of the query that count as headers; they win over headers."),
  };
};

/// The `auth` block of a client.
struct ClientAuthConfig {
  config::ComponentId authenticator;

  static constexpr auto fields = std::tuple{
      config::field("authenticator", &ClientAuthConfig::authenticator,
                    "The extension that adds credentials to every request."),
  };
};

}  // namespace telemill::pipeline
