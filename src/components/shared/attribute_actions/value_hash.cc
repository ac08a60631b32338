#include "components/shared/attribute_actions/value_hash.h"

#include <openssl/evp.h>

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/check.h"

namespace telemill::components::shared {

/// Looking up an algorithm costs more than hashing a short text: it is done once.
struct ValueHash::Digest {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

ValueHash::ValueHash() : digest_(std::make_unique<Digest>()) {
  TELEMILL_CHECK(digest_->algorithm != nullptr && digest_->context != nullptr);
}

ValueHash::~ValueHash() {
  EVP_MD_CTX_free(digest_->context);
  EVP_MD_free(digest_->algorithm);
}

std::string_view ValueHash::hex_of(const otlp::AnyValueView& value, std::string_view text) {
  std::array<char, 8> number{};
  switch (value.kind()) {
    case otlp::ValueKind::string:
    case otlp::ValueKind::string_index:
      break;
    case otlp::ValueKind::boolean:
      number[0] = value.boolean() ? 1 : 0;
      text = {number.data(), 1};
      break;
    case otlp::ValueKind::integer:
    case otlp::ValueKind::real: {
      const uint64_t bits = value.kind() == otlp::ValueKind::integer
                                ? static_cast<uint64_t>(value.integer())
                                : std::bit_cast<uint64_t>(value.real());
      static_assert(std::endian::native == std::endian::little);
      std::memcpy(number.data(), &bits, number.size());
      text = {number.data(), number.size()};
      break;
    }
    default:
      text = {};
  }
  if (text.empty()) return {};
  std::array<unsigned char, 32> sum{};
  const bool is_done = EVP_DigestInit_ex2(digest_->context, digest_->algorithm, nullptr) == 1 &&
                       EVP_DigestUpdate(digest_->context, text.data(), text.size()) == 1 &&
                       EVP_DigestFinal_ex(digest_->context, sum.data(), nullptr) == 1;
  TELEMILL_CHECK(is_done);
  constexpr std::string_view digits = "0123456789abcdef";
  for (size_t i = 0; i < sum.size(); ++i) {
    hex_[2 * i] = digits[sum[i] >> 4];
    hex_[2 * i + 1] = digits[sum[i] & 15];
  }
  return {hex_.data(), hex_.size()};
}

}  // namespace telemill::components::shared
