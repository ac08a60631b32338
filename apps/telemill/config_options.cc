#include "config_options.h"

#include <cstdio>

#include "components/registry.h"
#include "config/load.h"
#include "config/sources.h"

namespace telemill::app {

void add_config_options(CLI::App& app, ConfigOptions& options) {
  app.add_option("--config", options.uris,
                 "Where the configuration comes from: a path, file:, env: or yaml:.\n"
                 "May be repeated; later ones are merged over earlier ones.")
      ->type_name("URI")
      ->allow_extra_args(false);
  app.add_option("--set", options.sets,
                 "Set one value over the files, as in --set exporters.debug.verbosity=detailed")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

std::optional<engine::Plan> load_plan(const ConfigOptions& options) {
  if (options.uris.empty()) {
    std::fputs(
        "Error: at least one config must be provided: telemill --config FILE\n"
        "examples/quickstart.yaml is one to start from.\n",
        stderr);
    return std::nullopt;
  }
  config::LocalFiles files;
  const config::ProcessEnvironment environment;
  config::FileSource file(files);
  config::EnvironmentSource env(environment);
  config::YamlSource yaml;
  config::Sources sources;
  sources.add(file);
  sources.add(env);
  sources.add(yaml);

  config::Loaded loaded = config::load({.uris = options.uris, .sets = options.sets}, sources);
  engine::Plan plan;
  if (!loaded.problems.has_errors()) {
    plan = engine::make_plan(loaded.root, components::all_factories(), loaded.problems);
  }
  if (!loaded.problems.empty()) {
    std::fputs(loaded.problems.render(loaded.names).c_str(), stderr);
  }
  if (loaded.problems.has_errors()) {
    std::fprintf(stderr, "Error: invalid configuration: %zu problem(s), nothing was started\n",
                 loaded.problems.error_count());
    return std::nullopt;
  }
  return plan;
}

}  // namespace telemill::app
