#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace telemill::components::extensions::basicauth {

/// The forms of a password in an htpasswd file.
enum class HashKind : uint8_t {
  plain,
  sha1,         // {SHA}
  salted_sha1,  // {SSHA}
  apache_md5,   // $apr1$
  crypt,        // bcrypt and what else crypt(3) knows: $2y$, $1$, $5$, $6$
};

/// One user's password, as the file has it.
struct PasswordHash {
  HashKind kind = HashKind::plain;
  std::string text;

  /// Checking takes so long that a lane must not do it.
  [[nodiscard]] bool is_slow() const noexcept { return kind >= HashKind::apache_md5; }
};

/// Whether `password` is the one behind `hash`. Compares in constant time.
[[nodiscard]] bool matches(const PasswordHash& hash, std::string_view password);

/// Users and their passwords.
struct Htpasswd {
  std::map<std::string, PasswordHash, std::less<>> users;  // of a name the last line counts
  std::vector<size_t> bad_lines;                           // by number, the first few
};

/// Reads lines of `user:hash`; blank ones and those that begin with `#` are skipped. A bad line
/// harms no other: no colon, no name, an unknown kind of hash, or one that would take minutes to
/// check.
[[nodiscard]] Htpasswd parse_htpasswd(std::string_view text);

/// A name and password as clients send them.
struct Credentials {
  std::string user;
  std::string password;
  std::string raw;  // the base64 text
};
/// Reads `Basic <base64>`. False when `value` is nothing of the kind.
[[nodiscard]] bool parse_basic(std::string_view value, Credentials& credentials);

}  // namespace telemill::components::extensions::basicauth
