#pragma once

#include <optional>
#include <string>

#include "config/fields.h"

namespace telemill::components::extensions::basicauth {

struct HtpasswdConfig {
  std::string file;
  config::Secret inline_text;

  static constexpr auto fields = std::tuple{
      config::field("file", &HtpasswdConfig::file, "A file of user:hash lines, read at start."),
      config::field("inline", &HtpasswdConfig::inline_text,
                    "The same lines, here; they win over those of the file."),
  };
  [[nodiscard]] config::Problems check() const;
};

struct ClientAuthConfig {
  std::string username;
  std::string username_file;
  config::Secret password;
  std::string password_file;

  static constexpr auto fields = std::tuple{
      config::field("username", &ClientAuthConfig::username, "Our name."),
      config::field("username_file", &ClientAuthConfig::username_file,
                    "A file that holds it, read again when it changes."),
      config::field("password", &ClientAuthConfig::password, "Our password."),
      config::field("password_file", &ClientAuthConfig::password_file,
                    "A file that holds it, read again when it changes."),
  };
  [[nodiscard]] config::Problems check() const;
};

struct BasicAuthConfig {
  std::optional<HtpasswdConfig> htpasswd;
  std::optional<ClientAuthConfig> client_auth;

  static constexpr auto fields = std::tuple{
      config::field("htpasswd", &BasicAuthConfig::htpasswd, "Check clients against these users."),
      config::field("client_auth", &BasicAuthConfig::client_auth, "Show this name to peers."),
  };
  [[nodiscard]] config::Problems check() const;
};

}  // namespace telemill::components::extensions::basicauth
