#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "components/shared/http_server/http_server_config.h"
#include "transport/http.h"

namespace telemill::components::shared {

/// The headers that a server adds to whatever it answers: those of `response_headers`, and what
/// browsers ask for before they let pages of other origins read the answer (CORS).
/// https://fetch.spec.whatwg.org/#http-cors-protocol
class AnswerHeaders {
 public:
  explicit AnswerHeaders(const HttpServerConfig& config);

  /// The answer to a browser's question whether it may send what it is about to; nothing when
  /// `head` is no such question.
  [[nodiscard]] std::optional<transport::Response> preflight(
      const transport::RequestHead& head) const;
  /// What to remember of a request until it is answered; empty when CORS is off.
  [[nodiscard]] std::string origin_of(const transport::RequestHead& head) const {
    return std::string(is_cors_on_ ? head.header("origin") : std::string_view());
  }
  [[nodiscard]] transport::Response added_to(transport::Response response,
                                             std::string_view origin) const;

 private:
  [[nodiscard]] bool allows_origin(std::string_view origin) const noexcept;
  [[nodiscard]] bool allows_headers(std::string_view list) const noexcept;
  void add_origin(transport::Response& response, std::string_view origin) const;

  const HttpServerConfig& config_;
  const bool is_cors_on_;
  bool allows_all_origins_ = false;
};

}  // namespace telemill::components::shared
