#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>

#include "base/check.h"
#include "components/extensions/basicauth/htpasswd.h"
#include "transport/base64.h"

// How a password is compared with each form of hash.
namespace telemill::components::extensions::basicauth {
namespace {

/// Takes the same time for all texts of one size.
bool is_same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// A digest being made.
class Digester {
 public:
  explicit Digester(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    TELEMILL_CHECK(context_ != nullptr);
    TELEMILL_CHECK(EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
  }
  Digester& add(std::string_view bytes) {
    TELEMILL_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    return *this;
  }
  std::string finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    TELEMILL_CHECK(EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) == 1);
    return {reinterpret_cast<const char*>(bytes.data()), size};
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

bool matches_crypt(const std::string& hash, std::string_view password) {
  const auto space = std::make_unique<crypt_data>();  // 32 KiB
  const char* const made = crypt_r(std::string(password).c_str(), hash.c_str(), space.get());
  return made != nullptr && made[0] != '*' && is_same(made, hash);
}

bool matches_sha1(std::string_view coded, size_t prefix_bytes, std::string_view password) {
  constexpr size_t sha1_bytes = 20;
  const auto stored = transport::decode_base64(coded.substr(prefix_bytes));
  if (!stored || stored->size() < sha1_bytes) return false;
  const std::string_view salt = std::string_view(*stored).substr(sha1_bytes);
  const std::string made = Digester(EVP_sha1()).add(password).add(salt).finish();
  return is_same(made, std::string_view(*stored).substr(0, sha1_bytes));
}

/// Six bits per letter, the lowest first, in the alphabet of crypt(3).
void append_letters(std::string& out, unsigned bits, int letters) {
  constexpr std::string_view alphabet =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (; letters > 0; --letters, bits >>= 6) out.push_back(alphabet[bits & 0x3f]);
}

std::string apache_md5_letters(std::string_view digest) {
  const auto byte = [digest](size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(digest[i]));
  };
  std::string letters;
  for (size_t i = 0; i < 5; ++i) {
    append_letters(letters, byte(i) << 16 | byte(i + 6) << 8 | byte(i == 4 ? 5 : i + 12), 4);
  }
  append_letters(letters, byte(11), 2);
  return letters;
}

/// The digest of `$apr1$`: https://httpd.apache.org/docs/2.4/misc/password_encryptions.html
std::string apache_md5(std::string_view password, std::string_view salt) {
  constexpr std::string_view magic = "$apr1$";
  const std::string inner = Digester(EVP_md5()).add(password).add(salt).add(password).finish();
  Digester first(EVP_md5());
  first.add(password).add(magic).add(salt);
  for (size_t left = password.size(); left > 0;) {
    const size_t taken = std::min(left, inner.size());
    first.add(std::string_view(inner).substr(0, taken));
    left -= taken;
  }
  for (size_t bits = password.size(); bits > 0; bits >>= 1) {
    first.add((bits & 1) != 0 ? std::string_view("\0", 1) : password.substr(0, 1));
  }
  std::string digest = first.finish();
  for (int round = 0; round < 1000; ++round) {
    Digester again(EVP_md5());
    again.add(round % 2 != 0 ? password : std::string_view(digest));
    if (round % 3 != 0) again.add(salt);
    if (round % 7 != 0) again.add(password);
    again.add(round % 2 != 0 ? std::string_view(digest) : password);
    digest = again.finish();
  }
  return apache_md5_letters(digest);
}

bool matches_apache_md5(std::string_view hash, std::string_view password) {
  constexpr size_t magic_bytes = 6;
  constexpr size_t salt_bytes_max = 8;
  const std::string_view rest = hash.substr(magic_bytes);
  const size_t end = rest.find('$');
  if (end == std::string_view::npos) return false;
  const std::string_view salt = rest.substr(0, std::min(end, salt_bytes_max));
  return is_same(apache_md5(password, salt), rest.substr(end + 1));
}

}  // namespace

bool matches(const PasswordHash& hash, std::string_view password) {
  switch (hash.kind) {
    case HashKind::plain:
      return is_same(hash.text, password);
    case HashKind::sha1:
      return matches_sha1(hash.text, std::string_view("{SHA}").size(), password);
    case HashKind::salted_sha1:
      return matches_sha1(hash.text, std::string_view("{SSHA}").size(), password);
    case HashKind::apache_md5:
      return matches_apache_md5(hash.text, password);
    case HashKind::crypt:
      break;
  }
  return matches_crypt(hash.text, password);
}

}  // namespace telemill::components::extensions::basicauth
