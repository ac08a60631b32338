#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "config/feature_gates.h"

/// The subcommands of the one binary. Each adds itself to the command line and, when chosen, puts
/// its work into `Chosen`.
namespace telemill::app {

/// What the command line asked for: runs after parsing and returns the exit code.
using Chosen = std::function<int()>;

/// Where the configuration comes from; shared by all commands that read one.
struct ConfigOptions {
  std::vector<std::string> uris;
  std::vector<std::string> sets;
  config::FeatureGates gates;
};
void add_config_options(CLI::App& app, ConfigOptions& options);

void add_run(CLI::App& app, const ConfigOptions& config, Chosen& chosen);
void add_validate(CLI::App& app, const ConfigOptions& config, Chosen& chosen);
void add_print_config(CLI::App& app, const ConfigOptions& config, Chosen& chosen);
void add_components(CLI::App& app, Chosen& chosen);
void add_schema(CLI::App& app, Chosen& chosen);
void add_feature_gates(CLI::App& app, const ConfigOptions& config, Chosen& chosen);
void add_completion(CLI::App& app, Chosen& chosen);
void add_gen(CLI::App& app, Chosen& chosen);
void add_sink(CLI::App& app, Chosen& chosen);

}  // namespace telemill::app
