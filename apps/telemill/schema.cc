#include <cstdio>
#include <cstdlib>

#include "commands.h"
#include "components/registry.h"
#include "engine/catalog.h"

namespace telemill::app {

void add_schema(CLI::App& app, Chosen& chosen) {
  CLI::App* const command =
      app.add_subcommand("schema", "Print a JSON schema of configurations, for editors");
  command->footer(
      "Example:\n"
      "  telemill schema > telemill.schema.json\n"
      "Then, for editors with the YAML language server, as the first line of a configuration:\n"
      "  # yaml-language-server: $schema=telemill.schema.json\n");
  command->callback([&chosen] {
    chosen = [] {
      std::fputs(engine::configuration_schema(components::all_factories()).c_str(), stdout);
      return EXIT_SUCCESS;
    };
  });
}

}  // namespace telemill::app
