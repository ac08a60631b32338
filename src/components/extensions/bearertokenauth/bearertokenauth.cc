#include "components/extensions/bearertokenauth/bearertokenauth.h"

#include <algorithm>
#include <utility>

namespace telemill::components::extensions::bearertokenauth {
namespace {

using pipeline::Authenticated;

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return text;
}

/// Space, tabs and line ends off both ends.
std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r\n";
  const size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) + 1 - begin);
}

/// Whether it can stand in a header.
bool is_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_header_name(std::string_view text) noexcept {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

class BearerTokenAuthFactory final : public pipeline::FactoryFor<BearerTokenAuthConfig> {
 public:
  BearerTokenAuthFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::extension,
                    .type = "bearertokenauth",
                    .summary = "Authenticates clients, and us to peers, by a token."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Extension> create_extension(
      const pipeline::ComponentContext& context,
      const pipeline::ComponentConfig& settings) const override {
    return std::make_unique<BearerTokenAuth>(context, as_config(settings));
  }
  [[nodiscard]] pipeline::AuthenticatorSides authenticates(
      const pipeline::ComponentConfig& /*settings*/) const noexcept override {
    return {.is_server = true, .is_client = true};
  }
};

}  // namespace

config::Problems BearerTokenAuthConfig::check() const {
  config::Problems problems;
  if (token.empty() && tokens.empty() && filename.empty()) {
    problems.add("", "no bearer token provided", "set token, tokens or filename");
  }
  if (!token.empty() && !tokens.empty()) {
    problems.add("tokens", "either tokens or token should be provided, not both");
  }
  const auto is_unusable = [](const config::Secret& secret) {
    return secret.empty() || !is_printable(secret.reveal());
  };
  if (!token.empty() && is_unusable(token)) {
    problems.add("token", "holds characters that no header may have");
  }
  if (std::ranges::any_of(tokens, is_unusable)) {
    problems.add("tokens", "a token is empty or holds characters that no header may have");
  }
  if (!is_printable(scheme)) problems.add("scheme", "must be one word");
  if (!is_header_name(header)) problems.add("header", "is no name of a header");
  return problems;
}

BearerTokenAuth::BearerTokenAuth(const pipeline::ComponentContext& context,
                                 const BearerTokenAuthConfig& config)
    : config_(config),
      header_(lower_case(config.header)),
      challenge_(config.scheme.empty() ? "Bearer" : config.scheme) {
  if (!config.filename.empty()) {
    file_ = std::make_unique<shared::WatchedFile>(
        context, config.filename, [this](std::string_view text) { return use_file(text); });
    return;
  }
  std::vector<std::string> tokens;
  if (!config.token.empty()) tokens.push_back(config.token.reveal());
  for (const config::Secret& token : config.tokens) tokens.push_back(token.reveal());
  use(tokens);
}

Result<void, Failure> BearerTokenAuth::start() {
  if (file_ == nullptr) return {};
  return file_->start();
}

Result<void, Failure> BearerTokenAuth::use_file(std::string_view text) {
  std::vector<std::string> tokens;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (!is_printable(line)) return fail(ErrorCode::corrupt, "a line is no token");
    tokens.emplace_back(line);
  }
  if (tokens.empty()) return fail(ErrorCode::corrupt, "holds no token");
  use(tokens);
  return {};
}

void BearerTokenAuth::use(const std::vector<std::string>& tokens) {
  const std::string prefix = config_.scheme.empty() ? "" : config_.scheme + " ";
  accepted_.clear();
  for (const std::string& token : tokens) accepted_.push_back(key_.digest(prefix + token));
  own_ = tokens.empty() ? "" : prefix + tokens.front();
}

std::optional<Authenticated> BearerTokenAuth::authenticate_now(
    const pipeline::RequestHeaders& headers) {
  const auto value = headers.find(header_);
  if (!value) {
    return Authenticated(
        fail(ErrorCode::unsupported, "missing or empty authorization header: " + config_.header));
  }
  const shared::SecretDigest shown = key_.digest(*value);
  bool is_known = false;
  for (const shared::SecretDigest& accepted : accepted_) {
    is_known |= shared::is_same(shown, accepted);  // all of them, so that time tells nothing
  }
  if (!is_known) {
    return Authenticated(fail(ErrorCode::unsupported, "scheme or token does not match"));
  }
  return Authenticated(std::vector<pipeline::ContextEntry>());
}

void BearerTokenAuth::authenticate(const pipeline::RequestHeaders& headers,
                                   base::UniqueFunction<void(Authenticated)> done) {
  done(*authenticate_now(headers));
}

Result<void, Failure> BearerTokenAuth::add_headers(std::vector<pipeline::ContextEntry>& headers) {
  headers.push_back({header_, own_});
  return {};
}

const pipeline::Factory& factory() {
  static const BearerTokenAuthFactory instance;
  return instance;
}

}  // namespace telemill::components::extensions::bearertokenauth
