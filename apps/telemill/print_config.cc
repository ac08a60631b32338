#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "components/registry.h"
#include "config/print.h"
#include "config_options.h"
#include "engine/catalog.h"

namespace telemill::app {
namespace {

struct PrintOptions {
  std::string mode = "redacted";
  std::string format = "yaml";
  bool validates = true;
};

int print_config(const ConfigOptions& config, const PrintOptions& options) {
  config::Loaded loaded = load_config(config);
  if (options.validates && !loaded.problems.has_errors()) plan_of(loaded);
  if (!report(loaded)) return EXIT_FAILURE;
  if (options.mode == "redacted") {
    engine::redact_configuration(loaded.root, components::all_factories());
  }
  const std::string text = options.format == "json" ? config::write_json(loaded.root) + "\n"
                                                    : config::write_yaml(loaded.root);
  std::fputs(text.c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace

void add_print_config(CLI::App& app, const ConfigOptions& config, Chosen& chosen) {
  const auto options = std::make_shared<PrintOptions>();
  CLI::App* const command = app.add_subcommand(
      "print-config",
      "Print the configuration as it is after merging and expanding, without defaults.\n"
      "Needs no feature gate, unlike the reference's.");
  command->alias("print-initial-config");
  command->fallthrough();
  command->add_option("--mode", options->mode, "Whether secrets are shown")
      ->check(CLI::IsMember({"redacted", "unredacted"}))
      ->capture_default_str();
  command->add_option("--format", options->format, "How it is written")
      ->check(CLI::IsMember({"yaml", "json"}))
      ->capture_default_str();
  command
      ->add_option("--validate", options->validates,
                   "Print only what telemill validate accepts; false: whatever can be read")
      ->type_name("BOOL")
      ->default_str("true");
  command->footer(
      "Examples:\n"
      "  telemill print-config --config base.yaml --config site.yaml\n"
      "  telemill print-config --config otel.yaml --format json --mode unredacted\n");
  command->callback([&config, &chosen, options] {
    chosen = [&config, options] { return print_config(config, *options); };
  });
}

}  // namespace telemill::app
