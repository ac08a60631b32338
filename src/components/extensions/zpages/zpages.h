#pragma once

#include "components/shared/http_server/page_server.h"
#include "config/fields.h"
#include "pipeline/extension.h"

namespace telemill::components::extensions::zpages {

struct ExpvarConfig {
  bool enabled = false;

  static constexpr auto fields = std::tuple{
      config::field("enabled", &ExpvarConfig::enabled, "Serve all metrics at /debug/expvarz."),
  };
};

struct ZPagesConfig {
  shared::HttpServerConfig server = shared::page_server_defaults("localhost:55679");
  ExpvarConfig expvar;

  static constexpr auto fields = std::tuple{
      config::inlined(&ZPagesConfig::server),
      config::field("expvar", &ZPagesConfig::expvar, "All metrics as JSON."),
  };
};

/// Pages for people about the running collector, below /debug/. Lives on the control lane.
class ZPages final : public pipeline::Extension, private shared::PageSource {
 public:
  ZPages(const pipeline::ComponentContext& context, const ZPagesConfig& config)
      : context_(context), config_(config), server_(config.server, *this) {}

  Result<void, Failure> start() override { return server_.start(context_); }
  void drain(base::UniqueFunction<void()> done) override { server_.drain(std::move(done)); }

 private:
  transport::Response page(const shared::PageRequest& request) override;

  const pipeline::ComponentContext context_;
  const ZPagesConfig& config_;
  shared::PageServer server_;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::extensions::zpages
