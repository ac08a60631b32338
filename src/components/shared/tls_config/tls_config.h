#pragma once

#include <string>
#include <vector>

#include "config/fields.h"
#include "transport/tls.h"

/// The `tls` struct as every client and server of the reference spells it.
namespace telemill::components::shared {

struct TlsConfig {
  std::string ca_file, ca_pem;
  std::string cert_file, cert_pem;
  std::string key_file;
  config::Secret key_pem;
  std::string min_version = "1.2", max_version;
  bool include_system_ca_certs_pool = false;
  std::vector<std::string> cipher_suites;
  std::vector<std::string> curve_preferences;

  static constexpr auto fields = std::tuple{
      config::field("ca_file", &TlsConfig::ca_file,
                    "Authorities to trust instead of the system's."),
      config::field("ca_pem", &TlsConfig::ca_pem, "The same, as PEM text."),
      config::field("cert_file", &TlsConfig::cert_file, "Our certificate."),
      config::field("cert_pem", &TlsConfig::cert_pem, "The same, as PEM text."),
      config::field("key_file", &TlsConfig::key_file, "The key of our certificate."),
      config::field("key_pem", &TlsConfig::key_pem, "The same, as PEM text."),
      config::field("min_version", &TlsConfig::min_version, "Lowest TLS version: 1.0 to 1.3."),
      config::field("max_version", &TlsConfig::max_version, "Highest; empty: the newest."),
      config::field("include_system_ca_certs_pool", &TlsConfig::include_system_ca_certs_pool,
                    "Trust the system's authorities besides `ca_file`."),
      config::field("cipher_suites", &TlsConfig::cipher_suites, "IANA names; empty: a safe list."),
      config::field("curve_preferences", &TlsConfig::curve_preferences,
                    "X25519, P256, P384, P521; empty: the library's order."),
      config::accepted("include_insecure_cipher_suites", "OpenSSL decides what it still offers"),
      config::accepted("reload_interval",
                       "has no effect yet: certificates are read once, at start"),
      config::not_yet("tpm", "keys in a TPM are not supported"),
  };
  [[nodiscard]] config::Problems check() const;
};

struct ServerTlsConfig {
  TlsConfig common;
  std::string client_ca_file;

  static constexpr auto fields = std::tuple{
      config::inlined(&ServerTlsConfig::common),
      config::field("client_ca_file", &ServerTlsConfig::client_ca_file,
                    "Clients must show a certificate of this authority (mutual TLS)."),
      config::not_yet("client_ca_file_reload", "certificates are read once, at start"),
  };
  [[nodiscard]] config::Problems check() const;
};

struct ClientTlsConfig {
  TlsConfig common;
  bool insecure = false;
  bool insecure_skip_verify = false;
  std::string server_name_override;

  static constexpr auto fields = std::tuple{
      config::inlined(&ClientTlsConfig::common),
      config::field("insecure", &ClientTlsConfig::insecure,
                    "Plaintext, unless an authority is given."),
      config::field("insecure_skip_verify", &ClientTlsConfig::insecure_skip_verify,
                    "Encrypt, but believe any certificate."),
      config::field("server_name_override", &ClientTlsConfig::server_name_override,
                    "The name that the server's certificate must carry."),
  };
  /// True when an authority is given, which for gRPC wins over `insecure`.
  [[nodiscard]] bool has_authority() const noexcept {
    return !common.ca_file.empty() || !common.ca_pem.empty();
  }
};

[[nodiscard]] transport::TlsSettings to_settings(const ServerTlsConfig& config);
[[nodiscard]] transport::TlsSettings to_settings(const ClientTlsConfig& config);

}  // namespace telemill::components::shared
