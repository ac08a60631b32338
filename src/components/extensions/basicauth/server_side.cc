#include "components/extensions/basicauth/server_side.h"

#include <memory>
#include <utility>

#include "components/shared/credentials/watched_file.h"

namespace telemill::components::extensions::basicauth {
namespace {

using pipeline::Authenticated;

constexpr size_t file_bytes_max = size_t{1} << 20;
constexpr size_t wrong_kept_max = 256;
/// The worker also serves files and names: strangers may keep it busy, but not for long.
constexpr size_t checks_max = 16;
constexpr size_t waiters_max = 1024;

Authenticated refused(const char* why) { return fail(ErrorCode::unsupported, why); }

Authenticated accepted(Credentials credentials) {
  std::vector<pipeline::ContextEntry> known;
  known.push_back({"username", std::move(credentials.user)});
  known.push_back({"raw", std::move(credentials.raw)});
  return known;
}

Authenticated verdict(bool is_right, Credentials credentials) {
  return is_right ? accepted(std::move(credentials)) : refused("invalid credentials");
}

}  // namespace

ServerSide::ServerSide(const pipeline::ComponentContext& context, const HtpasswdConfig& config)
    : context_(context), config_(config) {}

Result<void, Failure> ServerSide::start() {
  std::string text;
  if (!config_.file.empty()) {
    TELEMILL_ASSIGN(text, shared::read_small_file(config_.file, file_bytes_max));
  }
  text.append("\n").append(config_.inline_text.reveal());
  users_ = parse_htpasswd(text);
  if (context_.is_first_lane) {
    for (const size_t line : users_.bad_lines) {
      context_.logger.warn("htpasswd.bad_line", {{"line", line}});
    }
  }
  if (users_.users.empty()) return fail(ErrorCode::corrupt, "htpasswd holds no usable line");
  for (const auto& [name, hash] : users_.users) {
    if (hash.is_slow()) slow_one_ = &hash;
  }
  return {};
}

const PasswordHash* ServerSide::hash_of(const std::string& user) const {
  const auto known = users_.users.find(user);
  return known == users_.users.end() ? slow_one_ : &known->second;
}

std::optional<Authenticated> ServerSide::judge(const pipeline::RequestHeaders& headers,
                                               Credentials& credentials,
                                               shared::SecretDigest& digest) {
  const auto value = headers.find("authorization");
  if (!value) return refused("no basic auth provided");
  if (!parse_basic(*value, credentials)) return refused("invalid authorization format");
  digest = key_.digest(credentials.user + ":" + credentials.password);
  if (right_.contains(digest)) return accepted(std::move(credentials));
  if (wrong_.contains(digest)) return refused("invalid credentials");
  const PasswordHash* const hash = hash_of(credentials.user);
  if (hash != nullptr && hash->is_slow()) return std::nullopt;
  const bool is_right = hash != nullptr && matches(*hash, credentials.password);
  return verdict(is_right, std::move(credentials));
}

std::optional<Authenticated> ServerSide::authenticate_now(const pipeline::RequestHeaders& headers) {
  Credentials credentials;
  shared::SecretDigest digest{};
  return judge(headers, credentials, digest);
}

void ServerSide::authenticate(const pipeline::RequestHeaders& headers, Done done) {
  Credentials credentials;
  shared::SecretDigest digest{};
  if (auto known = judge(headers, credentials, digest)) return done(*std::move(known));
  check_elsewhere(std::move(credentials), digest, std::move(done));
}

void ServerSide::check_elsewhere(Credentials credentials, const shared::SecretDigest& digest,
                                 Done done) {
  const auto busy = [&done] {
    done(fail(ErrorCode::unavailable, "too many credentials are being checked"));
  };
  if (const auto same = checking_.find(digest); same != checking_.end()) {
    if (same->second.size() >= waiters_max) return busy();
    return same->second.push_back({std::move(credentials), std::move(done)});
  }
  if (checking_.size() >= checks_max) return busy();
  struct Check {
    PasswordHash hash;
    std::string password;
    bool is_known = false;
    bool is_right = false;
  };
  auto check = std::make_shared<Check>();
  check->hash = *hash_of(credentials.user);
  check->password = credentials.password;
  check->is_known = users_.users.contains(credentials.user);
  base::UniqueFunction<void()> job = [check] {
    check->is_right = matches(check->hash, check->password) && check->is_known;
  };
  base::UniqueFunction<void()> checked = [this, watch = lifeline_.watch(), check, digest] {
    if (watch.is_alive()) on_checked(digest, check->is_right);
  };
  if (!context_.worker.submit(job, context_.lane, checked)) return busy();
  checking_[digest].push_back({std::move(credentials), std::move(done)});
}

void ServerSide::on_checked(const shared::SecretDigest& digest, bool is_right) {
  auto waiters = checking_.extract(digest);
  if (is_right) {
    right_.insert(digest);
  } else {
    if (wrong_.size() >= wrong_kept_max) wrong_.clear();
    wrong_.insert(digest);
  }
  const auto watch = lifeline_.watch();
  for (Waiter& waiter : waiters.mapped()) {
    waiter.done(verdict(is_right, std::move(waiter.credentials)));
    if (!watch.is_alive()) return;
  }
}

}  // namespace telemill::components::extensions::basicauth
