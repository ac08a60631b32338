#include "components/extensions/basicauth/htpasswd.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "codec/coding.h"
#include "transport/base64.h"

namespace telemill::components::extensions::basicauth {
namespace {

constexpr size_t bad_lines_kept = 20;
constexpr size_t line_bytes_max = 1024;
constexpr int bcrypt_cost_max = 15;  // each step doubles the time: here a few seconds
constexpr size_t sha_rounds_max = 1'000'000;

size_t number_at(std::string_view text) noexcept {
  size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Whether crypt(3) is asked for no more than we want to spend.
bool is_affordable(std::string_view hash) noexcept {
  if (hash.starts_with("$2")) {
    // $2y$10$<22 letters of salt><31 of hash>
    const size_t cost = hash.size() == 60 ? number_at(hash.substr(4)) : 0;
    return cost >= 4 && cost <= bcrypt_cost_max;
  }
  constexpr std::string_view rounds = "rounds=";
  const std::string_view rest = hash.substr(3);
  return !rest.starts_with(rounds) || number_at(rest.substr(rounds.size())) <= sha_rounds_max;
}

std::optional<PasswordHash> classify(std::string_view hash) {
  const auto of = [hash](HashKind kind) {
    return std::optional(PasswordHash{kind, std::string(hash)});
  };
  if (hash.starts_with("{SHA}")) return of(HashKind::sha1);
  if (hash.starts_with("{SSHA}")) return of(HashKind::salted_sha1);
  if (hash.starts_with("$apr1$")) return of(HashKind::apache_md5);
  constexpr std::array<std::string_view, 6> crypts = {"$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$"};
  for (const std::string_view prefix : crypts) {
    if (!hash.starts_with(prefix)) continue;
    return is_affordable(hash) ? of(HashKind::crypt) : std::nullopt;
  }
  if (hash.starts_with('{') || hash.starts_with('$')) return std::nullopt;
  return of(HashKind::plain);
}

std::string_view trimmed(std::string_view line) noexcept {
  constexpr std::string_view blank = " \t\r";
  const size_t begin = line.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(blank) + 1 - begin);
}

bool read_line(std::string_view line, Htpasswd& file) {
  const size_t colon = line.find(':');
  if (line.size() > line_bytes_max || colon == std::string_view::npos || colon == 0) return false;
  if (line.find('\0') != std::string_view::npos) return false;
  const std::string_view text = line.substr(colon + 1);
  auto hash = classify(text.substr(0, text.find(':')));
  if (!hash || hash->text.empty()) return false;
  file.users.insert_or_assign(std::string(line.substr(0, colon)), *std::move(hash));
  return true;
}

}  // namespace

Htpasswd parse_htpasswd(std::string_view text) {
  Htpasswd file;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#') || read_line(line, file)) continue;
    if (file.bad_lines.size() < bad_lines_kept) file.bad_lines.push_back(number);
  }
  return file;
}

bool parse_basic(std::string_view value, Credentials& credentials) {
  constexpr std::string_view scheme = "Basic ";
  if (value.size() <= scheme.size() ||
      !codec::equals_without_case(value.substr(0, scheme.size()), scheme)) {
    return false;
  }
  value = trimmed(value.substr(scheme.size()));
  const auto decoded = transport::decode_base64(value);
  if (!decoded) return false;
  const size_t colon = decoded->find(':');
  if (colon == std::string::npos || decoded->find('\0') != std::string::npos) return false;
  credentials = {.user = decoded->substr(0, colon),
                 .password = decoded->substr(colon + 1),
                 .raw = std::string(value)};
  return true;
}

}  // namespace telemill::components::extensions::basicauth
