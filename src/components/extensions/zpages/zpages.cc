#include "components/extensions/zpages/zpages.h"

#include <array>
#include <string>

#include "components/extensions/zpages/pages.h"

namespace telemill::components::extensions::zpages {
namespace {

struct Page {
  std::string_view path;
  std::string (*render)(const PageInput& input);
};
constexpr std::array<Page, 7> pages = {{
    {"/debug", &render_servicez},
    {"/debug/", &render_servicez},
    {"/debug/servicez", &render_servicez},
    {"/debug/pipelinez", &render_pipelinez},
    {"/debug/extensionz", &render_extensionz},
    {"/debug/featurez", &render_featurez},
    {"/debug/tracez", &render_tracez},
}};

class ZPagesFactory final : public pipeline::FactoryFor<ZPagesConfig> {
 public:
  ZPagesFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::extension,
                    .type = "zpages",
                    .summary = "Pages about the running collector, for people.",
                    .placement = pipeline::Placement::singleton}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Extension> create_extension(
      const pipeline::ComponentContext& context,
      const pipeline::ComponentConfig& settings) const override {
    return std::make_unique<ZPages>(context, as_config(settings));
  }
};

}  // namespace

transport::Response ZPages::page(const shared::PageRequest& request) {
  if (context_.host == nullptr) return shared::page_not_found();
  if (request.method != "GET" && request.method != "HEAD") return shared::method_not_allowed();
  const PageInput input{.host = *context_.host,
                        .now = context_.lane.unix_now(),
                        .has_expvarz = config_.expvar.enabled};
  if (config_.expvar.enabled && request.path == "/debug/expvarz") {
    return shared::make_page(200, "application/json", render_expvarz(input));
  }
  for (const Page& page : pages) {
    if (page.path != request.path) continue;
    transport::Response response =
        shared::make_page(200, "text/html; charset=utf-8", page.render(input));
    response.headers.push_back(
        {"content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"});
    response.headers.push_back({"cache-control", "no-store"});
    return response;
  }
  return shared::page_not_found();
}

const pipeline::Factory& factory() {
  static const ZPagesFactory instance;
  return instance;
}

}  // namespace telemill::components::extensions::zpages
