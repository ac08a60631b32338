#include "components/shared/credentials/keyed_digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/check.h"

namespace telemill::components::shared {

DigestKey::DigestKey() {
  TELEMILL_CHECK(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1);
}

SecretDigest DigestKey::digest(std::string_view secret) const {
  SecretDigest digest{};
  const unsigned char* const made = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                                         reinterpret_cast<const unsigned char*>(secret.data()),
                                         secret.size(), digest.data(), nullptr);
  TELEMILL_CHECK(made != nullptr);
  return digest;
}

bool is_same(const SecretDigest& a, const SecretDigest& b) noexcept {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace telemill::components::shared
