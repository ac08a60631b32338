#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "components/shared/credentials/keyed_digest.h"
#include "components/shared/credentials/watched_file.h"
#include "config/fields.h"
#include "pipeline/extension.h"

namespace telemill::components::extensions::bearertokenauth {

struct BearerTokenAuthConfig {
  config::Secret token;
  std::vector<config::Secret> tokens;
  std::string filename;
  std::string scheme = "Bearer";
  std::string header = "Authorization";

  static constexpr auto fields = std::tuple{
      config::field("token", &BearerTokenAuthConfig::token, "The token."),
      config::field("tokens", &BearerTokenAuthConfig::tokens,
                    "Several that are accepted; a client sends the first."),
      config::field("filename", &BearerTokenAuthConfig::filename,
                    "A file with one token per line, read again when it changes; goes before the "
                    "others."),
      config::field("scheme", &BearerTokenAuthConfig::scheme,
                    "The word before the token; empty: none."),
      config::field("header", &BearerTokenAuthConfig::header, "The header that carries it."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// Lets clients in who show one of a few tokens, and shows ours to peers. One instance per lane.
class BearerTokenAuth final : public pipeline::Extension,
                              public pipeline::ServerAuthenticator,
                              public pipeline::ClientAuthenticator {
 public:
  BearerTokenAuth(const pipeline::ComponentContext& context, const BearerTokenAuthConfig& config);

  Result<void, Failure> start() override;
  [[nodiscard]] ServerAuthenticator* server_authenticator() noexcept override { return this; }
  [[nodiscard]] ClientAuthenticator* client_authenticator() noexcept override { return this; }

  [[nodiscard]] std::optional<pipeline::Authenticated> authenticate_now(
      const pipeline::RequestHeaders& headers) override;
  void authenticate(const pipeline::RequestHeaders& headers,
                    base::UniqueFunction<void(pipeline::Authenticated)> done) override;
  [[nodiscard]] const std::string& challenge() const noexcept override { return challenge_; }

  Result<void, Failure> add_headers(std::vector<pipeline::ContextEntry>& headers) override;
  [[nodiscard]] bool requires_tls() const noexcept override { return true; }

 private:
  Result<void, Failure> use_file(std::string_view text);
  void use(const std::vector<std::string>& tokens);

  const BearerTokenAuthConfig& config_;
  const std::string header_;  // in lower case
  const std::string challenge_;
  const shared::DigestKey key_;
  std::vector<shared::SecretDigest> accepted_;  // of whole header values
  std::string own_;                             // the header value that we send
  std::unique_ptr<shared::WatchedFile> file_;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::extensions::bearertokenauth
