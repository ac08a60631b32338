#include "components/shared/tls_config/tls_config.h"

#include <array>
#include <string_view>

namespace telemill::components::shared {
namespace {

bool is_version(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 4> versions = {"1.0", "1.1", "1.2", "1.3"};
  for (const std::string_view version : versions) {
    if (text == version) return true;
  }
  return false;
}

transport::TlsSettings settings_of(const TlsConfig& config) {
  return {.ca_file = config.ca_file,
          .ca_pem = config.ca_pem,
          .cert_file = config.cert_file,
          .cert_pem = config.cert_pem,
          .key_file = config.key_file,
          .key_pem = config.key_pem.reveal(),
          .min_version = config.min_version,
          .max_version = config.max_version,
          .cipher_suites = config.cipher_suites,
          .curve_preferences = config.curve_preferences,
          .include_system_ca_certs_pool = config.include_system_ca_certs_pool};
}

}  // namespace

config::Problems TlsConfig::check() const {
  config::Problems problems;
  if (!ca_file.empty() && !ca_pem.empty()) {
    problems.add("ca_pem", "ca_file and ca_pem cannot both be set");
  }
  if (!cert_file.empty() && !cert_pem.empty()) {
    problems.add("cert_pem", "cert_file and cert_pem cannot both be set");
  }
  if (!key_file.empty() && !key_pem.empty()) {
    problems.add("key_pem", "key_file and key_pem cannot both be set");
  }
  const bool has_cert = !cert_file.empty() || !cert_pem.empty();
  const bool has_key = !key_file.empty() || !key_pem.empty();
  if (has_cert != has_key) problems.add("", "a certificate and its key are needed together");
  if (!min_version.empty() && !is_version(min_version)) {
    problems.add("min_version", "unknown TLS version", "1.0, 1.1, 1.2 or 1.3");
  }
  if (!max_version.empty() && !is_version(max_version)) {
    problems.add("max_version", "unknown TLS version", "1.0, 1.1, 1.2 or 1.3");
  }
  if (!min_version.empty() && !max_version.empty() && min_version > max_version) {
    problems.add("min_version", "must not be above max_version");
  }
  return problems;
}

config::Problems ServerTlsConfig::check() const {
  config::Problems problems;
  const bool has_cert = !common.cert_file.empty() || !common.cert_pem.empty();
  const bool has_key = !common.key_file.empty() || !common.key_pem.empty();
  // One without the other is a problem of `common`.
  if (!has_cert && !has_key) problems.add("", "a server needs a certificate and its key");
  return problems;
}

transport::TlsSettings to_settings(const ServerTlsConfig& config) {
  transport::TlsSettings settings = settings_of(config.common);
  settings.client_ca_file = config.client_ca_file;
  return settings;
}

transport::TlsSettings to_settings(const ClientTlsConfig& config) {
  transport::TlsSettings settings = settings_of(config.common);
  settings.insecure_skip_verify = config.insecure_skip_verify;
  settings.server_name_override = config.server_name_override;
  return settings;
}

}  // namespace telemill::components::shared
