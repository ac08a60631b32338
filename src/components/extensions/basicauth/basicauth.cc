#include "components/extensions/basicauth/basicauth.h"

#include "components/extensions/basicauth/basicauth_config.h"
#include "components/extensions/basicauth/client_side.h"
#include "components/extensions/basicauth/server_side.h"

namespace telemill::components::extensions::basicauth {
namespace {

class BasicAuthFactory final : public pipeline::FactoryFor<BasicAuthConfig> {
 public:
  BasicAuthFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::extension,
                    .type = "basicauth",
                    .summary = "Authenticates clients, or us to peers, by name and password."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Extension> create_extension(
      const pipeline::ComponentContext& context,
      const pipeline::ComponentConfig& settings) const override {
    const BasicAuthConfig& config = as_config(settings);
    if (config.htpasswd) return std::make_unique<ServerSide>(context, *config.htpasswd);
    return std::make_unique<ClientSide>(context, *config.client_auth);
  }
  [[nodiscard]] pipeline::AuthenticatorSides authenticates(
      const pipeline::ComponentConfig& settings) const noexcept override {
    const BasicAuthConfig& config = as_config(settings);
    return {.is_server = config.htpasswd.has_value(), .is_client = config.client_auth.has_value()};
  }
};

}  // namespace

config::Problems HtpasswdConfig::check() const {
  config::Problems problems;
  if (file.empty() && inline_text.empty()) {
    problems.add("", "no users provided", "set file or inline");
  }
  return problems;
}

config::Problems ClientAuthConfig::check() const {
  config::Problems problems;
  if (username.empty() && username_file.empty()) {
    problems.add("username", "required", "set username or username_file");
  }
  if (!username.empty() && !username_file.empty()) {
    problems.add("username_file", "username and username_file cannot both be set");
  }
  if (!password.empty() && !password_file.empty()) {
    problems.add("password_file", "password and password_file cannot both be set");
  }
  if (username.find(':') != std::string::npos) {
    problems.add("username", "must not contain a colon");
  }
  return problems;
}

config::Problems BasicAuthConfig::check() const {
  config::Problems problems;
  if (htpasswd && client_auth) {
    problems.add("", "only one of htpasswd and client_auth may be set",
                 "configure two extensions: basicauth/server and basicauth/client");
  }
  if (!htpasswd && !client_auth) {
    problems.add("", "no side to authenticate",
                 "set htpasswd for servers, client_auth for clients");
  }
  return problems;
}

const pipeline::Factory& factory() {
  static const BasicAuthFactory instance;
  return instance;
}

}  // namespace telemill::components::extensions::basicauth
