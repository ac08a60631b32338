#include <cstdlib>

#include "config_options.h"

namespace telemill::app {

void add_validate(CLI::App& app, const ConfigOptions& config, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand(
      "validate", "Check a configuration and start nothing; silent when it is valid");
  command->fallthrough();
  command->footer(
      "Examples:\n"
      "  telemill validate --config otel.yaml\n"
      "  telemill validate --config base.yaml --set exporters.debug.verbosity=detailed\n"
      "Exit code 0: telemill run would start to build it; 1: every problem is on stderr.\n");
  command->callback([&config, &chosen] {
    chosen = [&config] { return load_plan(config) ? EXIT_SUCCESS : EXIT_FAILURE; };
  });
}

}  // namespace telemill::app
