#pragma once

#include <string>
#include <vector>

#include "components/extensions/basicauth/basicauth_config.h"
#include "components/shared/credentials/watched_file.h"
#include "pipeline/extension.h"

namespace telemill::components::extensions::basicauth {

/// Shows our name and password to peers.
class ClientSide final : public pipeline::Extension, public pipeline::ClientAuthenticator {
 public:
  ClientSide(const pipeline::ComponentContext& context, const ClientAuthConfig& config);

  Result<void, Failure> start() override;
  [[nodiscard]] ClientAuthenticator* client_authenticator() noexcept override { return this; }
  Result<void, Failure> add_headers(std::vector<pipeline::ContextEntry>& headers) override;
  [[nodiscard]] bool requires_tls() const noexcept override { return true; }

 private:
  [[nodiscard]] std::unique_ptr<shared::WatchedFile> watch(
      const pipeline::ComponentContext& context, const std::string& path, std::string& target);

  std::string username_;
  std::string password_;
  std::unique_ptr<shared::WatchedFile> username_file_;
  std::unique_ptr<shared::WatchedFile> password_file_;
};

}  // namespace telemill::components::extensions::basicauth
