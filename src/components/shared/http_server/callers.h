#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/unique_function.h"
#include "pipeline/authentication.h"
#include "pipeline/component.h"
#include "transport/http.h"

namespace telemill::components::shared {

/// Finds out who sends a server's requests, and makes the context that goes with their data. One
/// lane.
class Callers {
 public:
  struct Settings {
    const std::optional<pipeline::ServerAuthConfig>& auth;
    bool include_metadata = false;
  };
  explicit Callers(const Settings& settings)
      : auth_(settings.auth), include_metadata_(settings.include_metadata) {}

  /// Looks for the authenticator; fails when there is none.
  Result<void, Failure> start(const pipeline::ComponentContext& context);

  /// Requests are checked.
  [[nodiscard]] bool is_checking() const noexcept { return auth_.has_value(); }
  /// The refusal that can be told from the head alone; nothing when the body may be read.
  [[nodiscard]] std::optional<Failure> refuse(const transport::RequestHead& head);
  /// Asks the authenticator for good. Calls `done` once, now or later; with an authenticator that
  /// dies before, never.
  void identify(const transport::RequestHead& head,
                base::UniqueFunction<void(Result<pipeline::RequestContextPtr, Failure>)> done);
  /// The context when nobody checks: shared among the requests of a client where it has the
  /// address alone.
  [[nodiscard]] pipeline::RequestContextPtr context_of(const transport::RequestHead& head);
  /// The value of WWW-Authenticate.
  [[nodiscard]] const std::string& challenge() const noexcept {
    return authenticator_->challenge();
  }

 private:
  [[nodiscard]] pipeline::RequestContext make_context(const transport::RequestHead& head) const;

  const std::optional<pipeline::ServerAuthConfig>& auth_;
  const bool include_metadata_;
  pipeline::ServerAuthenticator* authenticator_ = nullptr;
  /// Contexts made lately, each where its address hashes to.
  std::array<pipeline::RequestContextPtr, 64> recent_;
};

/// Whether the caller may try again: what is missing is an answer, not a right.
[[nodiscard]] constexpr bool is_temporary(const Failure& refusal) noexcept {
  return refusal.code == ErrorCode::unavailable || refusal.code == ErrorCode::over_limit;
}

}  // namespace telemill::components::shared
