#pragma once

#include <string>

#include "components/shared/http_server/page_server.h"
#include "config/fields.h"
#include "pipeline/extension.h"

namespace telemill::components::extensions::pprof {

struct PprofConfig {
  shared::HttpServerConfig server = shared::page_server_defaults("localhost:1777");

  static constexpr auto fields = std::tuple{
      config::inlined(&PprofConfig::server),
      config::accepted("block_profile_fraction", "concerns the Go runtime, which is not here"),
      config::accepted("mutex_profile_fraction", "concerns the Go runtime, which is not here"),
      config::not_yet("save_to_file", "profiles of ourselves"),
  };
};

/// Answers where the reference serves profiles of itself, and says that there are none and what to
/// use instead. Lives on the control lane.
class Pprof final : public pipeline::Extension, private shared::PageSource {
 public:
  Pprof(const pipeline::ComponentContext& context, const PprofConfig& config)
      : context_(context), server_(config.server, *this) {}

  Result<void, Failure> start() override { return server_.start(context_); }
  void drain(base::UniqueFunction<void()> done) override { server_.drain(std::move(done)); }

 private:
  transport::Response page(const shared::PageRequest& request) override;

  const pipeline::ComponentContext context_;
  shared::PageServer server_;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::extensions::pprof
