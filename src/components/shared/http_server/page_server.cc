#include "components/shared/http_server/page_server.h"

#include <memory>
#include <utility>

namespace telemill::components::shared {
namespace {

using transport::Response;

constexpr std::string_view text_type = "text/plain; charset=utf-8";
/// What is read over while a caller is identified.
constexpr size_t body_bytes_max = size_t{64} << 10;

PageRequest request_of(const transport::RequestHead& head) noexcept {
  return {.method = head.method, .path = head.path, .query = head.query};
}

}  // namespace

Response make_page(int status, std::string_view content_type, std::string_view body) {
  Response response{.status = status, .content_type = content_type};
  response.body.append(base::Slice::copy_of(body));
  return response;
}

Response page_not_found() { return make_page(404, text_type, "404 page not found\n"); }

Response method_not_allowed() {
  Response response = make_page(405, text_type, "405 method not allowed\n");
  response.headers.push_back({"allow", "GET, HEAD"});
  return response;
}

PageServer::PageServer(const HttpServerConfig& config, PageSource& source)
    : config_(config),
      source_(source),
      answer_headers_(config),
      callers_({.auth = config.auth, .include_metadata = false}) {}

Result<void, Failure> PageServer::start(const pipeline::ComponentContext& context) {
  TELEMILL_TRY(callers_.start(context));
  TELEMILL_ASSIGN(const transport::ServerSettings settings, to_settings(config_));
  return listeners_.open(context,
                         {.endpoint = config_.endpoint, .kind = config_.transport, .what = "page"},
                         settings, *this);
}

Response PageServer::refuse_caller(const Failure& refusal) const {
  if (is_temporary(refusal)) return make_page(503, text_type, refusal.message + "\n");
  Response response = make_page(401, text_type, refusal.message + "\n");
  response.headers.push_back({"www-authenticate", callers_.challenge()});
  return response;
}

transport::HeadVerdict PageServer::on_head(const transport::RequestHead& head) {
  transport::HeadVerdict verdict;
  if (auto preflight = answer_headers_.preflight(head)) {
    verdict.answer = std::make_unique<Response>(*std::move(preflight));
    return verdict;
  }
  if (callers_.is_checking()) {
    const auto refusal = callers_.refuse(head);
    if (!refusal) {
      verdict.body_bytes_max = body_bytes_max;
      return verdict;
    }
    verdict.answer = std::make_unique<Response>(refuse_caller(*refusal));
  } else {
    verdict.answer = std::make_unique<Response>(source_.page(request_of(head)));
  }
  *verdict.answer = answer_headers_.added_to(std::move(*verdict.answer), head.header("origin"));
  return verdict;
}

void PageServer::on_request(const transport::RequestHead& head, transport::Body /*body*/,
                            transport::Exchange exchange) {
  struct Asked {
    std::string method, path, query, origin;
    transport::Exchange exchange;
  };
  Asked asked{std::string(head.method), std::string(head.path), std::string(head.query),
              answer_headers_.origin_of(head), std::move(exchange)};
  callers_.identify(head, [this, watch = lifeline_.watch(),
                           asked = std::move(asked)](auto caller) mutable {
    if (!watch.is_alive()) return;
    Response response =
        caller ? source_.page({.method = asked.method, .path = asked.path, .query = asked.query})
               : refuse_caller(caller.error());
    asked.exchange.respond(answer_headers_.added_to(std::move(response), asked.origin));
  });
}

Response PageServer::on_refusal(const transport::RequestHead& head, transport::Refusal refusal) {
  const bool is_ours = refusal == transport::Refusal::overloaded;
  return answer_headers_.added_to(
      make_page(is_ours ? 503 : 400, text_type,
                is_ours ? "memory budget is exhausted\n" : "the request could not be read\n"),
      head.header("origin"));
}

}  // namespace telemill::components::shared
