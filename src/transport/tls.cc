#include "transport/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "transport/tls_stream.h"

namespace telemill::transport {
namespace {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};
using ContextPointer = std::unique_ptr<SSL_CTX, Free<&SSL_CTX_free>>;
using BioPointer = std::unique_ptr<BIO, Free<&BIO_free_all>>;
using CertificatePointer = std::unique_ptr<X509, Free<&X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;

/// PEM text and where it came from, for messages: a file's path or a setting's name.
struct Pem {
  std::string text;
  std::string origin;
};

/// A key with a passphrase must fail, not ask on a terminal that nobody watches.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*is_writing*/, void* /*data*/) {
  return -1;
}

bool is_address(const std::string& host) noexcept {
  in6_addr scratch{};
  return inet_pton(AF_INET, host.c_str(), &scratch) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &scratch) == 1;
}

Result<Pem, Failure> read_pem(const char* what, const std::string& file, const std::string& pem) {
  if (!file.empty() && !pem.empty()) {
    return fail(ErrorCode::unsupported, std::string("TLS: ") + what + "_file and " + what +
                                            "_pem are both set; give one of them");
  }
  if (file.empty()) return Pem{pem, std::string(what) + "_pem"};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return fail(ErrorCode::unavailable, std::string("TLS: cannot open ") + what + "_file " + file);
  }
  Pem result{std::string(std::istreambuf_iterator<char>(stream), {}), file};
  if (stream.bad()) {
    return fail(ErrorCode::unavailable, std::string("TLS: cannot read ") + what + "_file " + file);
  }
  return result;
}

BioPointer bio_of(const Pem& pem) {
  return BioPointer(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())));
}

Unexpected<Failure> broken(const Pem& pem, const std::string& what) {
  return fail(ErrorCode::corrupt, "TLS: " + pem.origin + ": " + what);
}

/// All certificates in `pem`, at least one.
Result<std::vector<CertificatePointer>, Failure> read_certificates(const Pem& pem) {
  std::vector<CertificatePointer> certificates;
  const BioPointer bio = bio_of(pem);
  ERR_clear_error();
  while (X509* certificate =
             PEM_read_bio_X509_AUX(bio.get(), nullptr, &refuse_passphrase, nullptr)) {
    certificates.emplace_back(certificate);
  }
  const unsigned long error = ERR_peek_last_error();
  const bool is_end = ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (certificates.empty() && is_end) return broken(pem, "holds no PEM certificate");
  if (!is_end) return broken(pem, "broken certificate: " + take_openssl_error());
  ERR_clear_error();
  return certificates;
}

Result<void, Failure> use_identity(SSL_CTX* context, const TlsSettings& settings) {
  TELEMILL_ASSIGN(const Pem cert, read_pem("cert", settings.cert_file, settings.cert_pem));
  TELEMILL_ASSIGN(const Pem key, read_pem("key", settings.key_file, settings.key_pem));
  const bool has_cert = !settings.cert_file.empty() || !settings.cert_pem.empty();
  const bool has_key = !settings.key_file.empty() || !settings.key_pem.empty();
  if (has_cert != has_key) {
    return fail(ErrorCode::unsupported, "TLS: a certificate and its key are needed together");
  }
  if (!has_cert) return {};
  TELEMILL_ASSIGN(const auto chain, read_certificates(cert));
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
    return broken(cert, "unusable certificate: " + take_openssl_error());
  }
  for (size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) {
      return broken(cert, "unusable chain: " + take_openssl_error());
    }
  }
  const BioPointer bio = bio_of(key);
  const KeyPointer private_key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, &refuse_passphrase, nullptr));
  if (private_key == nullptr) {
    return broken(key,
                  "no usable private key (passphrases are not supported): " + take_openssl_error());
  }
  if (SSL_CTX_use_PrivateKey(context, private_key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return broken(key,
                  "does not fit the certificate in " + cert.origin + ": " + take_openssl_error());
  }
  return {};
}

Result<void, Failure> trust(SSL_CTX* context, const Pem& pem) {
  TELEMILL_ASSIGN(const auto authorities, read_certificates(pem));
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const CertificatePointer& authority : authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) {
      return broken(pem, "unusable authority: " + take_openssl_error());
    }
  }
  return {};
}

/// Who may vouch for the server we talk to.
Result<void, Failure> verify_servers(SSL_CTX* context, const TlsSettings& settings) {
  TELEMILL_ASSIGN(const Pem ca, read_pem("ca", settings.ca_file, settings.ca_pem));
  const bool has_ca = !settings.ca_file.empty() || !settings.ca_pem.empty();
  if (has_ca) TELEMILL_TRY(trust(context, ca));
  if ((!has_ca || settings.include_system_ca_certs_pool) &&
      SSL_CTX_set_default_verify_paths(context) != 1) {
    return fail(ErrorCode::unavailable,
                "TLS: cannot load the system's authorities: " + take_openssl_error());
  }
  SSL_CTX_set_verify(context, settings.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                     nullptr);
  return {};
}

/// Whether clients must show a certificate, and whose.
Result<void, Failure> verify_clients(SSL_CTX* context, const TlsSettings& settings) {
  static constexpr std::string_view session_context = "telemill";
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(session_context.data()),
                                 session_context.size());
  if (settings.client_ca_file.empty()) return {};
  TELEMILL_ASSIGN(const Pem ca, read_pem("client_ca", settings.client_ca_file, {}));
  TELEMILL_TRY(trust(context, ca));
  TELEMILL_ASSIGN(const auto authorities, read_certificates(ca));
  for (const CertificatePointer& authority : authorities) {
    SSL_CTX_add_client_CA(context, authority.get());
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

/// OpenSSL's number of "1.2"; zero stands for "no bound".
Result<int, Failure> parse_version(const char* key, const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, int>, 4> versions{
      {{"1.0", TLS1_VERSION},
       {"1.1", TLS1_1_VERSION},
       {"1.2", TLS1_2_VERSION},
       {"1.3", TLS1_3_VERSION}}};
  if (text.empty()) return 0;
  for (const auto& [name, number] : versions) {
    if (name == text) return number;
  }
  return fail(ErrorCode::unsupported,
              std::string("TLS: ") + key + " \"" + text + "\" is none of 1.0, 1.1, 1.2, 1.3");
}

Result<void, Failure> limit_versions(SSL_CTX* context, const TlsSettings& settings) {
  TELEMILL_ASSIGN(int least, parse_version("min_version", settings.min_version));
  TELEMILL_ASSIGN(const int most, parse_version("max_version", settings.max_version));
  if (least == 0) least = TLS1_2_VERSION;
  if (most != 0 && least > most) {
    return fail(ErrorCode::unsupported, "TLS: min_version is above max_version");
  }
  SSL_CTX_set_min_proto_version(context, least);
  SSL_CTX_set_max_proto_version(context, most);
  // The old versions sign with SHA-1, which OpenSSL allows at level 0 only. Who asks for them by
  // name shall have them.
  if (least < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);
  return {};
}

std::string join(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ":") + name;
  return joined;
}

/// OpenSSL's name of the suite that IANA calls `name`; Go leaves _SHA256 off two of them.
std::string openssl_suite_name(const std::string& name) {
  for (const std::string& candidate : {name, name + "_SHA256"}) {
    const std::string_view found = OPENSSL_cipher_name(candidate.c_str());
    if (found != "(NONE)") return std::string(found);
  }
  return {};
}

Result<void, Failure> choose_suites(SSL_CTX* context, const std::vector<std::string>& names) {
  std::vector<std::string> suites;      // up to TLS 1.2
  std::vector<std::string> suites_1_3;  // configured apart; their names are IANA's
  for (const std::string& name : names) {
    const std::string found = openssl_suite_name(name);
    if (found.empty()) {
      return fail(ErrorCode::unsupported, "TLS: unknown or removed cipher suite " + name);
    }
    (found.starts_with("TLS_") ? suites_1_3 : suites).push_back(found);
  }
  if (!suites.empty() && SSL_CTX_set_cipher_list(context, join(suites).c_str()) != 1) {
    return fail(ErrorCode::unsupported,
                "TLS: OpenSSL offers none of the cipher suites: " + take_openssl_error());
  }
  if (!suites_1_3.empty() && SSL_CTX_set_ciphersuites(context, join(suites_1_3).c_str()) != 1) {
    return fail(ErrorCode::unsupported,
                "TLS: OpenSSL offers none of the TLS 1.3 suites: " + take_openssl_error());
  }
  return {};
}

Result<void, Failure> choose_curves(SSL_CTX* context, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::vector<std::string> groups;
  for (const std::string& name : names) {
    const bool is_nist = name == "P256" || name == "P384" || name == "P521";
    groups.push_back(is_nist ? "P-" + name.substr(1) : name);
  }
  if (SSL_CTX_set1_groups_list(context, join(groups).c_str()) != 1) {
    take_openssl_error();
    return fail(ErrorCode::unsupported,
                "TLS: curve_preferences holds a curve that OpenSSL lacks: " + join(names));
  }
  return {};
}

/// ALPN's list: each name behind its length.
Result<std::string, Failure> encode_protocols(const std::vector<std::string>& protocols) {
  std::string encoded;
  for (const std::string& name : protocols) {
    if (name.empty() || name.size() > 255) {
      return fail(ErrorCode::unsupported, "TLS: a protocol name has 1 to 255 bytes");
    }
    encoded.push_back(static_cast<char>(name.size()));
    encoded += name;
  }
  return encoded;
}

int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void* own) {
  const auto& ours = *static_cast<const std::string*>(own);
  unsigned char* chosen = nullptr;
  const int verdict =
      SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(ours.data()),
                            static_cast<unsigned>(ours.size()), offered, offered_size);
  *out = chosen;
  return verdict == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// OpenSSL writes to sockets with write(2), which raises SIGPIPE when the peer has gone. Unless
/// the program has chosen what that signal does, it shall not end it.
void ignore_broken_pipes() noexcept {
  struct sigaction current{};
  if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) {
    ::signal(SIGPIPE, SIG_IGN);
  }
}

class Context final : public TlsContext, public std::enable_shared_from_this<Context> {
 public:
  Context(Role role, ContextPointer context, std::string protocols, std::string name_override)
      : role_(role),
        context_(std::move(context)),
        protocols_(std::move(protocols)),
        name_override_(std::move(name_override)) {
    if (protocols_.empty()) return;
    if (role_ == Role::server) {
      SSL_CTX_set_alpn_select_cb(context_.get(), &choose_protocol, &protocols_);
    } else {
      SSL_CTX_set_alpn_protos(context_.get(),
                              reinterpret_cast<const unsigned char*>(protocols_.data()),
                              static_cast<unsigned>(protocols_.size()));
    }
  }

  [[nodiscard]] std::unique_ptr<Stream> wrap(runtime::Descriptor socket,
                                             const std::string& host) const override {
    SslPointer ssl(SSL_new(context_.get()));
    TELEMILL_CHECK(ssl != nullptr);  // out of memory
    SSL_set_fd(ssl.get(), socket.number());
    if (role_ == Role::server) {
      SSL_set_accept_state(ssl.get());
    } else {
      SSL_set_connect_state(ssl.get());
      expect_host(ssl.get(), name_override_.empty() ? host : name_override_);
    }
    return make_tls_stream(std::move(ssl), std::move(socket), shared_from_this());
  }

 private:
  static void expect_host(SSL* ssl, std::string host) {
    if (host.empty()) host = "localhost";  // never without a name: that would verify none
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (is_address(host)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
      return;  // RFC 6066: no server name for addresses
    }
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }

  const Role role_;
  const ContextPointer context_;
  std::string protocols_;  // OpenSSL holds its address
  const std::string name_override_;
};

}  // namespace

Result<std::shared_ptr<const TlsContext>, Failure> TlsContext::create(
    Role role, const TlsSettings& settings, const std::vector<std::string>& protocols) {
  ignore_broken_pipes();
  ERR_clear_error();
  const bool is_server = role == Role::server;
  ContextPointer context(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()));
  if (context == nullptr) {
    return fail(ErrorCode::unavailable, "TLS: OpenSSL does not start: " + take_openssl_error());
  }
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
#ifdef SSL_OP_ENABLE_KTLS
  SSL_CTX_set_options(context.get(), SSL_OP_ENABLE_KTLS);
#endif
  TELEMILL_TRY(limit_versions(context.get(), settings));
  TELEMILL_TRY(choose_suites(context.get(), settings.cipher_suites));
  TELEMILL_TRY(choose_curves(context.get(), settings.curve_preferences));
  TELEMILL_TRY(use_identity(context.get(), settings));
  if (is_server) {
    if (settings.cert_file.empty() && settings.cert_pem.empty()) {
      return fail(ErrorCode::unsupported, "TLS: a server needs a certificate and its key");
    }
    TELEMILL_TRY(verify_clients(context.get(), settings));
  } else {
    TELEMILL_TRY(verify_servers(context.get(), settings));
  }
  TELEMILL_ASSIGN(std::string encoded, encode_protocols(protocols));
  return std::shared_ptr<const TlsContext>(std::make_shared<Context>(
      role, std::move(context), std::move(encoded), settings.server_name_override));
}

}  // namespace telemill::transport
