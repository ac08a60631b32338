#include "config/feature_gates.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "commands.h"
#include "config/nearest.h"

namespace telemill::app {
namespace {

int print_gate(const config::FeatureGates& gates, const config::FeatureGate& gate) {
  const std::string text =
      fmt::format("id: {}\nenabled: {}\nstage: {}\neffect: {}\ndescription: {}\n", gate.name,
                  gates.is_enabled(gate.name), name_of(gate.stage),
                  gate.has_effect ? "yes" : "none yet", gate.summary);
  std::fputs(text.c_str(), stdout);
  return EXIT_SUCCESS;
}

int print_all(const config::FeatureGates& gates) {
  size_t width = 0;
  for (const config::FeatureGate& gate : config::feature_gates()) {
    width = std::max(width, gate.name.size());
  }
  const auto print = [width](std::string_view name, std::string_view is_on, std::string_view stage,
                             std::string_view effect, std::string_view summary) {
    const std::string line =
        fmt::format("{:{}}  {:7}  {:10}  {:8}  {}\n", name, width, is_on, stage, effect, summary);
    std::fputs(line.c_str(), stdout);
  };
  print("ID", "Enabled", "Stage", "Effect", "Description");
  for (const config::FeatureGate& gate : config::feature_gates()) {
    print(gate.name, gates.is_enabled(gate.name) ? "true" : "false", name_of(gate.stage),
          gate.has_effect ? "yes" : "none yet", gate.summary);
  }
  return EXIT_SUCCESS;
}

int print_gates(const config::FeatureGates& gates, const std::string& id) {
  if (id.empty()) return print_all(gates);
  std::vector<std::string_view> names;
  for (const config::FeatureGate& gate : config::feature_gates()) {
    if (gate.name == id) return print_gate(gates, gate);
    names.push_back(gate.name);
  }
  std::fprintf(stderr, "Error: unknown gate %s. %s\n", config::in_quotes(id).c_str(),
               config::did_you_mean(id, names).c_str());
  return EXIT_FAILURE;
}

}  // namespace

void add_feature_gates(CLI::App& app, const ConfigOptions& config, Chosen& chosen) {
  const auto id = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand(
      "featuregate", "List the feature gates of --feature-gates, or tell about one of them");
  command->fallthrough();
  command->add_option("id", *id, "A gate")->type_name("ID");
  command->footer(
      "Examples:\n"
      "  telemill featuregate\n"
      "  telemill featuregate service.profilesSupport\n"
      "Stages: alpha is off and may be switched on, beta is on and may be switched off, stable\n"
      "is always on, deprecated always off.\n");
  command->callback([&config, &chosen, id] {
    chosen = [&config, id] { return print_gates(config.gates, *id); };
  });
}

}  // namespace telemill::app
