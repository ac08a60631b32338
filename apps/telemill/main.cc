#include "commands.h"
#include "telemill/version.h"

namespace {

constexpr const char* description =
    "Telemill: an OpenTelemetry collector that takes the YAML you have.\n"
    "Without a subcommand it runs: telemill --config otel.yaml";
constexpr const char* examples =
    "Examples:\n"
    "  telemill --config otel.yaml                 run a collector\n"
    "  telemill validate --config otel.yaml        check a configuration, start nothing\n"
    "  telemill print-config --config otel.yaml    see what it is after merging\n"
    "  telemill components                         list what this build has\n"
    "  telemill sink                               a back end that counts\n"
    "  telemill gen --endpoint localhost:4317 --duration 3s\n"
    "                                              send sample traces\n";

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(description, "telemill");
  app.footer(examples);
  app.set_version_flag("-v,--version",
                       std::string("telemill version ") + std::string(telemill::version));
  app.require_subcommand(0, 1);

  telemill::app::ConfigOptions config;
  telemill::app::Chosen chosen;
  telemill::app::add_config_options(app, config);
  telemill::app::add_run(app, config, chosen);
  telemill::app::add_validate(app, config, chosen);
  telemill::app::add_print_config(app, config, chosen);
  telemill::app::add_components(app, chosen);
  telemill::app::add_schema(app, chosen);
  telemill::app::add_feature_gates(app, config, chosen);
  telemill::app::add_gen(app, chosen);
  telemill::app::add_sink(app, chosen);
  telemill::app::add_completion(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // also thrown for --help, which is no mistake
    return app.exit(error) == 0 ? 0 : 2;
  }
  return chosen();
}
