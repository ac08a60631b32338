#include "components/shared/http_server/answer_headers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/coding.h"

namespace telemill::components::shared {
namespace {

using codec::equals_without_case;
using transport::Response;

constexpr std::array<std::string_view, 3> allowed_methods = {"GET", "HEAD", "POST"};
/// Which headers requests of other origins may have unasked.
constexpr std::array<std::string_view, 6> safe_headers = {
    "accept", "accept-language", "content-language", "content-type", "origin", "x-requested-with"};

/// Whether `text`, in any case, is `pattern`, in which one `*` stands for anything.
bool matches(std::string_view pattern, std::string_view text) noexcept {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return equals_without_case(pattern, text);
  const std::string_view before = pattern.substr(0, star);
  const std::string_view after = pattern.substr(star + 1);
  return text.size() >= before.size() + after.size() &&
         equals_without_case(before, text.substr(0, before.size())) &&
         equals_without_case(after, text.substr(text.size() - after.size()));
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

AnswerHeaders::AnswerHeaders(const HttpServerConfig& config)
    : config_(config), is_cors_on_(config.cors && !config.cors->allowed_origins.empty()) {
  allows_all_origins_ =
      is_cors_on_ && std::ranges::count(config.cors->allowed_origins, std::string("*")) > 0;
}

bool AnswerHeaders::allows_origin(std::string_view origin) const noexcept {
  return std::ranges::any_of(config_.cors->allowed_origins, [origin](const std::string& pattern) {
    return matches(pattern, origin);
  });
}

bool AnswerHeaders::allows_headers(std::string_view list) const noexcept {
  const std::vector<std::string>& more = config_.cors->allowed_headers;
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    const std::string_view name = trimmed(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    const auto is_it = [name](std::string_view allowed) {
      return allowed == "*" || equals_without_case(allowed, name);
    };
    if (!name.empty() && std::ranges::none_of(safe_headers, is_it) &&
        std::ranges::none_of(more, is_it)) {
      return false;
    }
  }
  return true;
}

void AnswerHeaders::add_origin(Response& response, std::string_view origin) const {
  response.headers.push_back(
      {"access-control-allow-origin", allows_all_origins_ ? "*" : std::string(origin)});
  response.headers.push_back({"access-control-allow-credentials", "true"});
}

std::optional<Response> AnswerHeaders::preflight(const transport::RequestHead& head) const {
  const std::string_view method = head.header("access-control-request-method");
  if (!is_cors_on_ || head.method != "OPTIONS" || method.empty()) return std::nullopt;
  const std::string_view origin = head.header("origin");
  const std::string_view headers = head.header("access-control-request-headers");
  Response response{.status = 204};
  response.headers.push_back(
      {"vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"});
  const bool is_allowed = !origin.empty() && allows_origin(origin) &&
                          std::ranges::count(allowed_methods, method) > 0 &&
                          allows_headers(headers);
  if (is_allowed) {
    add_origin(response, origin);
    response.headers.push_back({"access-control-allow-methods", std::string(method)});
    if (!headers.empty()) {
      response.headers.push_back({"access-control-allow-headers", std::string(headers)});
    }
    if (config_.cors->max_age > 0) {
      response.headers.push_back({"access-control-max-age", std::to_string(config_.cors->max_age)});
    }
  }
  for (const config::Header& header : config_.response_headers.list) {
    response.headers.push_back({header.name, header.value.reveal()});
  }
  return response;
}

Response AnswerHeaders::added_to(Response response, std::string_view origin) const {
  for (const config::Header& header : config_.response_headers.list) {
    response.headers.push_back({header.name, header.value.reveal()});
  }
  if (!is_cors_on_) return response;
  response.headers.push_back({"vary", "Origin"});
  if (origin.empty() || !allows_origin(origin)) return response;
  add_origin(response, origin);
  std::string exposed;
  for (const std::string& name : config_.cors->exposed_headers) {
    exposed.append(exposed.empty() ? "" : ", ").append(name);
  }
  if (!exposed.empty()) {
    response.headers.push_back({"access-control-expose-headers", std::move(exposed)});
  }
  return response;
}

}  // namespace telemill::components::shared
