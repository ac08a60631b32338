#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "components/extensions/basicauth/basicauth_config.h"
#include "components/extensions/basicauth/htpasswd.h"
#include "components/shared/credentials/keyed_digest.h"
#include "pipeline/extension.h"
#include "pipeline/lifeline.h"

namespace telemill::components::extensions::basicauth {

/// Checks clients against an htpasswd file. Slow hashes are computed off the lane, once for each
/// pair of name and password; the verdict is remembered. One lane.
class ServerSide final : public pipeline::Extension, public pipeline::ServerAuthenticator {
 public:
  ServerSide(const pipeline::ComponentContext& context, const HtpasswdConfig& config);

  Result<void, Failure> start() override;
  [[nodiscard]] ServerAuthenticator* server_authenticator() noexcept override { return this; }

  [[nodiscard]] std::optional<pipeline::Authenticated> authenticate_now(
      const pipeline::RequestHeaders& headers) override;
  void authenticate(const pipeline::RequestHeaders& headers,
                    base::UniqueFunction<void(pipeline::Authenticated)> done) override;
  [[nodiscard]] const std::string& challenge() const noexcept override { return challenge_; }

 private:
  using Done = base::UniqueFunction<void(pipeline::Authenticated)>;
  struct Waiter {
    Credentials credentials;
    Done done;
  };

  /// The verdict, if it can be had at once; reads the credentials.
  std::optional<pipeline::Authenticated> judge(const pipeline::RequestHeaders& headers,
                                               Credentials& credentials,
                                               shared::SecretDigest& digest);
  void check_elsewhere(Credentials credentials, const shared::SecretDigest& digest, Done done);
  void on_checked(const shared::SecretDigest& digest, bool is_right);
  /// The hash to compare with: of unknown users somebody's, so that time does not tell who exists.
  [[nodiscard]] const PasswordHash* hash_of(const std::string& user) const;

  const pipeline::ComponentContext context_;
  const HtpasswdConfig& config_;
  const std::string challenge_ = "Basic realm=\"telemill\"";
  Htpasswd users_;
  const PasswordHash* slow_one_ = nullptr;
  const shared::DigestKey key_;
  std::set<shared::SecretDigest> right_;  // no more than there are users
  std::set<shared::SecretDigest> wrong_;  // the latest few
  std::map<shared::SecretDigest, std::vector<Waiter>> checking_;
  const pipeline::Lifeline lifeline_;
};

}  // namespace telemill::components::extensions::basicauth
