#pragma once

#include <array>
#include <string_view>

namespace telemill::components::shared {

/// Stands for a secret in tables and comparisons: an HMAC-SHA-256 with a key of the process's own,
/// so that neither time nor memory tells what the secret was.
using SecretDigest = std::array<unsigned char, 32>;

/// Makes digests with a key of its own.
class DigestKey {
 public:
  /// Chooses a fresh key.
  DigestKey();
  [[nodiscard]] SecretDigest digest(std::string_view secret) const;

 private:
  std::array<unsigned char, 32> key_;
};

/// Takes the same time wherever they differ.
[[nodiscard]] bool is_same(const SecretDigest& a, const SecretDigest& b) noexcept;

}  // namespace telemill::components::shared
