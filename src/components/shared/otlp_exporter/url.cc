#include "components/shared/otlp_exporter/url.h"

namespace telemill::components::shared {
namespace {

Unexpected<Failure> refused(std::string_view text, std::string_view why) {
  return fail(ErrorCode::corrupt, "\"" + std::string(text) + "\" is no URL: " + std::string(why));
}

bool has_port(std::string_view authority) noexcept {
  const size_t colon = authority.rfind(':');
  const size_t bracket = authority.rfind(']');
  return colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
}

}  // namespace

Result<Url, Failure> parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.is_secure = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return refused(text, "it must begin with http:// or https://");
  }
  const size_t path_begin = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, path_begin);
  if (authority.empty()) return refused(text, "it names no host");
  if (authority.find('@') != std::string_view::npos) {
    return refused(text, "user names are not supported");
  }
  url.authority = authority;
  const std::string with_port = has_port(authority)
                                    ? std::string(authority)
                                    : std::string(authority) + (url.is_secure ? ":443" : ":80");
  TELEMILL_ASSIGN(url.endpoint, runtime::Endpoint::parse(with_port));
  if (url.endpoint.host.empty()) return refused(text, "it names no host");

  std::string_view path = path_begin == std::string_view::npos ? "" : rest.substr(path_begin);
  path = path.substr(0, path.find('#'));
  for (const char c : path) {
    if (c <= ' ' || c == 0x7f) return refused(text, "its path has a space or control character");
  }
  url.path = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  return url;
}

}  // namespace telemill::components::shared
