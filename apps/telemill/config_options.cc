#include "config_options.h"

#include <cstdio>
#include <utility>

#include "components/registry.h"
#include "config/sources.h"
#include "engine/http_source.h"

namespace telemill::app {
namespace {

/// None is fine: a start script that has nothing to say writes --feature-gates=$GATES.
constexpr int gate_lists_max = 100;

/// What is wrong with a list of gates; empty when nothing is.
std::string mistakes_in(const std::string& list) {
  config::Problems problems;
  config::FeatureGates().apply(list, problems);
  if (!problems.has_errors()) return {};
  return problems.render({}) + "All gates: telemill featuregate";
}

/// Switches the gates of one command line and says which of them do nothing.
void apply_gates(const std::vector<std::string>& lists, config::FeatureGates& gates) {
  config::Problems problems;
  for (const std::string& list : lists) gates.apply(list, problems);
  std::fputs(problems.render({}).c_str(), stderr);
}

/// Every scheme of this program.
class AllSources {
 public:
  AllSources() {
    for (config::Source* source :
         std::initializer_list<config::Source*>{&file_, &env_, &yaml_, &http_, &https_}) {
      sources_.add(*source);
    }
  }
  [[nodiscard]] const config::Sources& get() const noexcept { return sources_; }

 private:
  config::LocalFiles files_;
  config::ProcessEnvironment environment_;
  config::FileSource file_{files_};
  config::EnvironmentSource env_{environment_};
  config::YamlSource yaml_;
  engine::HttpSource http_{engine::HttpSource::Scheme::http};
  engine::HttpSource https_{engine::HttpSource::Scheme::https};
  config::Sources sources_;
};

}  // namespace

void add_config_options(CLI::App& app, ConfigOptions& options) {
  app.add_option("--config", options.uris,
                 "Where the configuration comes from: a path, or file:, env:, yaml:, http:,\n"
                 "https: and what belongs to it. May be repeated; later ones are merged over\n"
                 "earlier ones.")
      ->type_name("URI")
      ->allow_extra_args(false);
  app.add_option("--set", options.sets,
                 "Set one value over the files, as in --set exporters.debug.verbosity=detailed")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option_function<std::vector<std::string>>(
         "--feature-gates",
         [&options](const std::vector<std::string>& lists) { apply_gates(lists, options.gates); },
         "Gates to switch on or, with a minus, off: --feature-gates=a,-b. All of them:\n"
         "telemill featuregate")
      ->type_name("LIST")
      ->check(mistakes_in)
      ->expected(0, gate_lists_max)
      ->allow_extra_args(false);
}

config::Loaded load_config(const ConfigOptions& options) {
  if (options.uris.empty()) {
    config::Loaded loaded;
    loaded.problems.add("", "at least one config must be provided: telemill --config FILE",
                        "examples/quickstart.yaml is one to start from");
    return loaded;
  }
  const AllSources sources;
  return config::load({.uris = options.uris, .sets = options.sets, .gates = options.gates},
                      sources.get());
}

engine::Plan plan_of(config::Loaded& loaded) {
  return engine::make_plan(loaded.root, components::all_factories(), loaded.problems);
}

bool report(const config::Loaded& loaded) {
  std::fputs(loaded.problems.render(loaded.names).c_str(), stderr);
  if (!loaded.problems.has_errors()) return true;
  std::fprintf(stderr, "Error: invalid configuration: %zu problem(s), nothing was started\n",
               loaded.problems.error_count());
  return false;
}

std::optional<engine::Plan> load_plan(const ConfigOptions& options) {
  config::Loaded loaded = load_config(options);
  engine::Plan plan;
  if (!loaded.problems.has_errors()) plan = plan_of(loaded);
  if (!report(loaded)) return std::nullopt;
  return plan;
}

}  // namespace telemill::app
