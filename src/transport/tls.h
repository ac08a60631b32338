#pragma once

#include <memory>
#include <string>
#include <vector>

#include "transport/stream.h"

namespace telemill::transport {

/// TLS as users configure it: the plain form of spec "TLS struct". Text members hold PEM; file
/// members are read when the context is made.
struct TlsSettings {
  std::string ca_file, ca_pem;
  std::string cert_file, cert_pem;
  std::string key_file, key_pem;
  std::string min_version = "1.2", max_version;
  std::vector<std::string> cipher_suites;
  std::vector<std::string> curve_preferences;
  bool include_system_ca_certs_pool = false;
  // client only
  bool insecure_skip_verify = false;
  std::string server_name_override;
  // server only: set means that clients must show a certificate of this authority
  std::string client_ca_file;
};

/// Keys, authorities and protocol lists, shared by the streams of one server or exporter. Made at
/// start-up; used by any lane, never changed.
class TlsContext {
 public:
  enum class Role : uint8_t { client, server };
  /// `protocols` in order of preference, such as {"h2", "http/1.1"}.
  static Result<std::shared_ptr<const TlsContext>, Failure> create(
      Role role, const TlsSettings& settings, const std::vector<std::string>& protocols);
  virtual ~TlsContext() = default;

  /// `host` is what the peer's certificate must name (client role); an address or a DNS name.
  [[nodiscard]] virtual std::unique_ptr<Stream> wrap(runtime::Descriptor socket,
                                                     const std::string& host) const = 0;
};

}  // namespace telemill::transport
