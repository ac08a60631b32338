#include "components/extensions/pprof/pprof.h"

#include <unistd.h>

namespace telemill::components::extensions::pprof {
namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";

class PprofFactory final : public pipeline::FactoryFor<PprofConfig> {
 public:
  PprofFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::extension,
                    .type = "pprof",
                    .summary = "Says how to profile this collector.",
                    .placement = pipeline::Placement::singleton}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Extension> create_extension(
      const pipeline::ComponentContext& context,
      const pipeline::ComponentConfig& settings) const override {
    return std::make_unique<Pprof>(context, as_config(settings));
  }
};

}  // namespace

transport::Response Pprof::page(const shared::PageRequest& request) {
  constexpr std::string_view root = "/debug/pprof";
  if (request.path == root || request.path == "/debug/pprof/") {
    const std::string process = std::to_string(::getpid());
    return shared::make_page(200, text_type,
                             "This collector does not serve profiles of itself.\n"
                             "On this machine, for ten seconds of CPU time:\n\n"
                             "  perf record -g -p " +
                                 process +
                                 " -- sleep 10 && perf report\n\nWhere it waits:\n\n"
                                 "  gdb -p " +
                                 process + " -batch -ex 'thread apply all backtrace'\n");
  }
  if (request.path.starts_with("/debug/pprof/")) {
    return shared::make_page(501, text_type,
                             "501 profiles of the collector itself are not implemented; "
                             "see /debug/pprof/\n");
  }
  return shared::page_not_found();
}

const pipeline::Factory& factory() {
  static const PprofFactory instance;
  return instance;
}

}  // namespace telemill::components::extensions::pprof
