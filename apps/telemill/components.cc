#include <cstdio>
#include <cstdlib>
#include <string>

#include "commands.h"
#include "components/registry.h"
#include "config/component_aliases.h"
#include "telemill/version.h"

namespace telemill::app {
namespace {

int print_components() {
  std::string text = "buildinfo:\n  command: telemill\n  version: " + std::string(version) + "\n";
  for (const auto kind : {config::ComponentKind::receiver, config::ComponentKind::processor,
                          config::ComponentKind::exporter}) {
    text.append(config::name_of(kind)).append("s:\n");
    for (const pipeline::Factory* factory : components::all_factories()) {
      const pipeline::Factory::Info& info = factory->info();
      if (info.kind != kind) continue;
      text.append("  - name: ").append(info.type).append("\n    summary: ").append(info.summary);
      text.append("\n    signals: [");
      bool is_first = true;
      for (const otlp::Signal signal : otlp::all_signals) {
        if (!info.signals.has(signal)) continue;
        text.append(is_first ? "" : ", ").append(otlp::names(signal).name);
        is_first = false;
      }
      text.append("]\n");
    }
  }
  std::fputs(text.c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace

void add_components(CLI::App& app, Chosen& chosen) {
  CLI::App* const command =
      app.add_subcommand("components", "List the components of this build as YAML");
  command->callback([&chosen] { chosen = print_components; });
}

}  // namespace telemill::app
