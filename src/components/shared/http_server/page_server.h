#pragma once

#include <string>
#include <string_view>

#include "components/shared/http_server/answer_headers.h"
#include "components/shared/http_server/callers.h"
#include "components/shared/http_server/http_server_config.h"
#include "components/shared/http_server/listeners.h"
#include "pipeline/lifeline.h"

namespace telemill::components::shared {

/// What a page is asked with. Borrows: valid during the call.
struct PageRequest {
  std::string_view method;
  std::string_view path;  // without the query
  std::string_view query;
};

/// Makes the pages of an extension. Called on the extension's lane.
class PageSource {
 public:
  virtual transport::Response page(const PageRequest& request) = 0;

 protected:
  ~PageSource() = default;
};

/// Serves small pages over HTTP: who may see them, what is added to them, and where, are settings.
/// Bodies of requests are not looked at. Clients that dawdle are cut off by the settings' timeouts.
class PageServer final : private transport::Handler {
 public:
  /// `config` and `source` outlive the server.
  PageServer(const HttpServerConfig& config, PageSource& source);

  Result<void, Failure> start(const pipeline::ComponentContext& context);
  void drain(base::UniqueFunction<void()> done) { listeners_.drain(std::move(done)); }

 private:
  transport::HeadVerdict on_head(const transport::RequestHead& head) override;
  void on_request(const transport::RequestHead& head, transport::Body body,
                  transport::Exchange exchange) override;
  transport::Response on_refusal(const transport::RequestHead& head,
                                 transport::Refusal refusal) override;
  [[nodiscard]] transport::Response refuse_caller(const Failure& refusal) const;

  const HttpServerConfig& config_;
  PageSource& source_;
  const AnswerHeaders answer_headers_;
  Callers callers_;
  Listeners listeners_;
  const pipeline::Lifeline lifeline_;  // of callers who are being identified
};

/// A page with a body. `content_type` is a literal.
[[nodiscard]] transport::Response make_page(int status, std::string_view content_type,
                                            std::string_view body);
/// For whom there is no such page, or no such method.
[[nodiscard]] transport::Response page_not_found();
[[nodiscard]] transport::Response method_not_allowed();

}  // namespace telemill::components::shared
